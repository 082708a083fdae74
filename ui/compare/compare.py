"""Up to four videos (``?a=&b=&c=&d=``): played together, one sound at a time, with the differences in their making."""

import streamlit as st

from ui.compare.view import LETTERS, compare_view
from ui.session import translate as _

st.title(_("Compare"))
compare_view([st.query_params.get(letter.lower(), "") for letter in LETTERS])

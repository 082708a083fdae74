"""Two videos side by side (``?a=&b=``): played together, heard by turns, with what differs in how they were made."""

import streamlit as st

from ui.components.compare_view import compare_view
from ui.session import translate as _

st.title(_("Compare"))
compare_view(st.query_params.get("a", ""), st.query_params.get("b", ""))

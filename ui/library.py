"""The library: every job findable, twelve a page; what is looked for is in the address."""

import streamlit as st

from ui.components.library_board import library_board
from ui.session import translate as _

st.title(_("Library"))
library_board()

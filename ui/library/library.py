"""The library: every job, 48 a page; the search is kept in the address."""

import streamlit as st

from ui.library.board import library_board
from ui.session import translate as _

st.title(_("Library"))
library_board()

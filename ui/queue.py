"""The queue: what is worked on, what waits for you, what waits in our line, what has ended."""

import streamlit as st

from ui.components.queue_board import queue_board
from ui.session import translate as _

st.title(_("Queue"))
queue_board()

"""The queue page: jobs that are active, wait for you, are queued, or have ended."""

import streamlit as st

from ui.queue.board import queue_board
from ui.session import translate as _

st.title(_("Queue"))
queue_board()

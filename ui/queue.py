"""queue page."""

import streamlit as st

st.title("queue")

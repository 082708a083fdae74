"""create page."""

import streamlit as st

st.title("create")

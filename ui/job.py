"""job page."""

import streamlit as st

st.title("job")

"""Every page begins here: the language, the navigation, then the page itself."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.components.end_watch import watch_ends
from ui.components.language import language_switch
from ui.components.login import ask_to_log_in, who_is_here
from ui.components.notices import say_notice
from ui.office import office
from ui.session import translate as _
from ui.visitor import person_here

# A file of ours: a named symbol would be fetched from elsewhere.
st.set_page_config(page_title="MOVA", page_icon=Path(__file__).with_name("icon.png"), layout="wide")
pages = [
    st.Page("create.py", title=_("Create"), icon=":material/add_circle:", url_path="create", default=True),
    st.Page("job.py", title=_("Job"), icon=":material/stacks:", url_path="job", visibility="hidden"),
    st.Page("queue.py", title=_("Queue"), icon=":material/list:", url_path="queue"),
    st.Page("library.py", title=_("Library"), icon=":material/video_library:", url_path="library"),
    st.Page("compare.py", title=_("Compare"), icon=":material/compare:", url_path="compare", visibility="hidden"),
    st.Page("settings.py", title=_("Settings"), icon=":material/settings:", url_path="settings"),
]
known = person_here(office().settings) is not None
page = st.navigation(pages, position="top" if known else "hidden")
with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="language-switch"):
    who_is_here()
    language_switch()
if known:
    say_notice()
    page.run()
    watch_ends(page.title)
else:
    ask_to_log_in()

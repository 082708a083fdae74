"""Every page begins here: the language, the navigation, then the page itself."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.errors import BucketUnusable
from ui.app_context import app_context
from ui.server.visitor import person_here
from ui.session import translate as _
from ui.shared.notices import say_notice, show_error
from ui.shared.shell import ask_to_log_in, shell
from ui.shared.style import page_style
from ui.shared.watching import watch_ends

# A file of ours: a named symbol would be fetched from elsewhere.
st.set_page_config(page_title="MOVA", page_icon=Path(__file__).with_name("icon.png"), layout="wide")
pages = [
    st.Page("create/create.py", title=_("Create"), icon=":material/add_circle:", url_path="create", default=True),
    st.Page("job/job.py", title=_("Job"), icon=":material/stacks:", url_path="job", visibility="hidden"),
    st.Page("queue/queue.py", title=_("Queue"), icon=":material/list:", url_path="queue"),
    st.Page("library/library.py", title=_("Library"), icon=":material/video_library:", url_path="library"),
    st.Page("film/films.py", title=_("Films"), icon=":material/movie:", url_path="films"),
    st.Page("film/film.py", title=_("Film"), icon=":material/movie:", url_path="film", visibility="hidden"),
    st.Page(
        "compare/compare.py", title=_("Compare"), icon=":material/compare:", url_path="compare", visibility="hidden"
    ),
    st.Page("settings/settings.py", title=_("Settings"), icon=":material/settings:", url_path="settings"),
]
known = person_here(app_context().settings) is not None
page = st.navigation(pages, position="hidden")
page_style()
shell(page, known=known)
if known:
    say_notice()
    try:
        page.run()
    except BucketUnusable as problem:  # what the page needed of it cannot be fetched now
        show_error(problem)
    watch_ends(page.title)
else:
    ask_to_log_in()

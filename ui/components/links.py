"""Links between pages that keep the language of the address."""

from __future__ import annotations

import streamlit as st


def query(**fields: str) -> dict[str, str]:
    """The query of another page's address: ``fields``, and the language where the visitor chose one."""
    chosen = st.query_params.get("lang")
    return {**fields, **({"lang": chosen} if chosen else {})}


def job_link(job_id: str, label: str, icon: str | None = None) -> None:
    """A link to a job's page."""
    st.page_link("job.py", label=label, icon=icon, query_params=query(id=job_id))

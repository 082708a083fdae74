"""Pictures of pages have addresses of ours or are inside the page: Streamlit's store forgets what is still loading."""

from __future__ import annotations

import ast
import io
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from streamlit.testing.v1 import AppTest

from tests.pictures import picture
from tests.saved_runs import frame, full_document, saved_mp4
from tests.ui.create.test_page import filled
from tests.ui.create.test_restored import dropped
from tests.ui.jobs_in_states import full_job, job_page
from tests.ui.still_app import new_job, page
from ui.app_context import AppContext
from ui.shared.pictures import data_uri

_UI = Path(__file__).parents[3] / "ui"
_OURS = {"address", "data_uri", "_frame_address"}


def addresses(test: AppTest) -> list[str]:
    found = [one.url.split(",")[0].split("/files/")[0] for shown in test.image for one in shown.proto.imgs]
    assert found, "no picture is on this page at all"
    return found


def drawn_with() -> Iterator[tuple[str, str]]:
    """What every ``st.image`` is given."""
    for path in _UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".image"):
                given = node.args[0]
                yield path.name, ast.unparse(given.func) if isinstance(given, ast.Call) else ast.unparse(given)


def test_every_picture_in_the_source_has_an_address_of_ours() -> None:
    found = list(drawn_with())
    assert len(found) > 5
    assert [one for one in found if one[1] not in _OURS] == []


def test_pictures_of_a_form_are_inside_the_page(app_context: AppContext, tmp_path: Path) -> None:
    assert set(addresses(filled("simple", picture=picture(600, 800)))) == {"data:image/jpeg;base64"}
    assert set(addresses(dropped(saved_mp4(tmp_path, full_document(frame()), frame())))) == {"data:image/jpeg;base64"}


def test_pictures_of_jobs_are_files_of_theirs(app_context: AppContext) -> None:
    job = new_job(app_context.service, "A boat.", mode="full")
    app_context.worker.store.jobs.move_to(job.id, "waiting", stage="first_frame")
    assert set(addresses(page("queue/queue.py"))) == {"http://localhost"}


def test_the_frame_of_a_job_in_full(app_context: AppContext) -> None:
    job = full_job(app_context, 2)
    assert addresses(job_page(job)) == ["data:image/jpeg;base64"]
    app_context.service._folders.first_frame(job, app_context.worker.store.steps.chosen(job.id)["first_frame"])
    assert addresses(job_page(job)) == ["http://localhost"]


def test_a_picture_inside_a_page_is_no_larger_than_it_is_shown() -> None:
    _, data = data_uri(Image.new("RGBA", (2000, 1000), "red"), 480).split(",")
    assert Image.open(io.BytesIO(b64decode(data))).size == (480, 240)

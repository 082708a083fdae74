"""Several takes on Create: a field, what it costs at most said before, and the number in the order."""

from __future__ import annotations

import pytest

from jobs.model.request import QueueKey
from jobs.model.states import JobState
from tests.ui.create.test_kept import opened
from tests.ui.jobs_in_states import ended, job_page
from tests.ui.still_app import drawn, words
from ui.app_context import AppContext
from ui.create.draft import Draft, Numbers

_ON_ITS_WAY: tuple[JobState, ...] = ("rendering", "saving", "completed")


def test_the_number_goes_into_the_order(app_context: AppContext) -> None:
    numbers = Numbers(num_frames=17, fps=24, num_inference_steps=4, guidance_scale=5.0, takes=4)
    draft = Draft(kind="text", text="A cat.", orientation="landscape", model="mova-360p", numbers=numbers)
    assert draft.order(app_context.settings).request.takes == 4


def test_the_receipt_says_how_many_before_anything_is_sent(app_context: AppContext) -> None:
    test = opened()
    said = "Up to 4 takes are rendered; no render like these was measured yet."
    assert said not in words(test)
    test.number_input(key="create-takes").set_value(4)
    assert said in words(drawn(test))


@pytest.mark.parametrize(("heard", "is_marked"), [(("said", "not_said"), True), (("said", "said"), False)])
def test_the_best_take_is_marked_and_where_all_are_tied_none_is(
    app_context: AppContext, heard: tuple[str, str], is_marked: bool
) -> None:
    job, store = ended(app_context, "completed"), app_context.worker.store
    other = app_context.service.copies.duplicate(job.id, seed=9)
    store.queue.enqueue(other.id)
    assert store.queue.claim("mova-360p", QueueKey("mova-360p"), 1) == other.id
    for state in _ON_ITS_WAY:
        assert store.jobs.move_to(other.id, state)
    store.jobs.update(job.id, heard=heard[0])
    store.jobs.update(other.id, heard=heard[1])
    assert len(app_context.service.library.best_takes(job.id)) == (2 if is_marked else 1)
    assert (":material/trophy:" in words(job_page(job))) is is_marked
    app_context.service.library.mark_favourite(other.id, favourite=True)
    chosen = "You chose take 2; take 1 had all lines said." if is_marked else "You chose take 2; by the reports others"
    assert chosen in words(job_page(job))
    store.jobs.update(job.id, heard="not_said")  # what was known then is said, not what is known now
    assert chosen in words(job_page(other))
    app_context.service.library.mark_favourite(other.id, favourite=False)
    assert "You chose" not in words(job_page(job))

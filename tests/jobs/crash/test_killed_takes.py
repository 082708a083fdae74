"""Best of four killed with SIGKILL between takes, again and again: no take is rendered or heard twice."""

from __future__ import annotations

import json
from pathlib import Path

from tests.jobs.crash.kill_switch import Switch
from tests.jobs.crash.scene import KILLED, Scene
from tests.listening.speech import joined, mixed, music, silence, speech, take

LINE = "The light must not go out."
# In their order; a job's own words in an argument say which take it is.
POINTS = (
    Switch("jobs.execution.automatic_retry:AnotherSeed._record", after=True),  # recorded, in no queue yet
    Switch("jobs.store.queue:JobQueue.enqueue", after=True),  # in the queue, the take before not completed
    Switch("sglang_client:SGLangClient.submit", after=True),  # sent, the answer not on record
    Switch("jobs.execution.finalize:FinalizeStage._heard", "look_try=1", after=True),  # heard, not on record
    Switch("jobs.execution.finalize:FinalizeStage.reported", "look_try=2", after=True),  # the last one, not completed
)


def test_killed_between_takes_and_resumed(stage: Scene, tmp_path: Path) -> None:
    sound = mixed(joined(silence(0.2), speech(LINE), silence(0.2)), music(1.5, 0.01))
    film = take(tmp_path / "take.mp4", sound).read_bytes()
    stage.server.video = lambda _: film
    stage.texts = (f'The old keeper turns and says: "{LINE}"',)
    stage.request = {"mode": "simple", "white_frame": True, "takes": 4}
    stage.services.script("openai.hearing", "we sell bread", "the light must", "the light must not go out")
    for point in POINTS:
        assert stage.run(point) == KILLED, (point, stage.log)
    assert stage.run() == 0, stage.log
    assert set(stage.states().values()) == {"completed"}
    assert len(stage.server.accepted) == len({job.tag for job in stage.server.accepted}) == 3
    assert stage.services.count("openai.hearing") == 3
    with stage.job_service() as service:
        takes = sorted(service.library.page(size=9).jobs, key=lambda job: job.number)
        assert [job.heard for job in takes] == ["not_said", "partly", "said"]
    assert len({job.render.seed for job in takes}) == 3
    told = json.loads((stage.folder / "outputs" / takes[-1].id / "job.json").read_text())["takes"]
    assert [one["job"] for one in told["tried"]] == [job.id for job in takes]
    assert (told["stopped"], told["best"], told["because"]) == ("good", [takes[-1].id], "lines")

"""Files that are small and become large: within the limit of megapixels each is a picture, in a bounded memory."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.corpus import bombs
from tests.hostile.test_uploads import PICTURE, opened_in_a_process

# For the largest picture that is taken, 80 megapixels; WebP takes the most. A process opens one at a time.
PEAK_MB, ADDRESS_SPACE_MB = 1_700, 3_000


def test_bombs_stay_within_their_bound(tmp_path: Path) -> None:
    said = opened_in_a_process(bombs(), tmp_path, ADDRESS_SPACE_MB)
    assert set(said["outcomes"].values()) == {PICTURE}
    assert said["peak_mb"] < PEAK_MB

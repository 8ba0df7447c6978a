"""Cells that begin without a label, with some of each class, or with subjects by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.records.schema import unpack
from albench.records.tables import essence

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.records.schema import Finished

    RunToy = Callable[..., dict[str, Finished]]

LOGISTIC = 'plugin = "logistic"'

NETWORK = """
plugin = "mmfn"
options = {{ width = 8, hidden = 8 }}
training = {{ epochs = 1, min_updates = 3, warm_start = {warm}, shrink = 0.5, perturb = 0.1 }}
"""


def test_a_cold_start_buys_its_first_labels_without_a_model(run_toy: RunToy) -> None:
    ended = run_toy("typiclust", model=LOGISTIC, initial=0)["typiclust"]
    assert (ended.status, ended.reason) == ("ok", "")
    assert [entry.n_labelled for entry in ended.rounds] == [0, 10, 20, 30, 40, 50]
    assert np.allclose(unpack(ended.rounds[0].proba), 0.1)
    assert not np.allclose(unpack(ended.rounds[1].proba), 0.1)


@pytest.mark.sweep
def test_a_killed_cell_of_a_cold_start_goes_on_to_the_same_bytes(run_toy: RunToy) -> None:
    killed = run_toy("dies", model=NETWORK, warm="true", initial=0)["dies"]
    assert (killed.status, len(killed.rounds)) == ("crashed", 2)
    resumed = run_toy("dies", model=NETWORK, warm="true", initial=0)
    whole = run_toy("dies", model=NETWORK, warm="true", initial=0, output="elsewhere")["dies"]
    assert essence(resumed["dies"]) == essence(whole)


def test_the_first_training_after_a_cold_start_is_from_first_weights(run_toy: RunToy) -> None:
    """A warm start shrinks what was learnt: where nothing was, it must change nothing."""
    plain = NETWORK.replace(", warm_start = {warm}, shrink = 0.5, perturb = 0.1", "")
    warm = run_toy("first", model=NETWORK, warm="true", initial=0)["first"].rounds
    fresh = run_toy("first", model=plain, initial=0, output="fresh")["first"].rounds
    assert [warm[k].proba == fresh[k].proba for k in (0, 1, 2)] == [True, True, False]


def test_switch_begins_cold_with_what_needs_no_model(run_toy: RunToy, tmp_path: object) -> None:
    model = f'{LOGISTIC}\n[strategies.early]\nplugin = "switch"\noptions = {{{{ at = 0.0 }}}}'
    assert run_toy("early", model=model, initial=0)["early"].status == "ok"


@pytest.mark.parametrize("of", ["candidates", "subjects"])
def test_one_per_class_labels_ten_digits_first(run_toy: RunToy, of: str) -> None:
    ended = run_toy("random", model=LOGISTIC, initial='"one per class"', of=of)["random"]
    assert [entry.n_labelled for entry in ended.rounds] == [10, 20, 30, 40, 50]


def test_named_subjects_are_first_in_every_repetition(run_toy: RunToy) -> None:
    names = ["0004", "0006", "0009", "0301"]
    ended = run_toy("random", model=LOGISTIC, initial=names, repetitions=2)
    for repetition in range(2):
        random, reference = (ended[f"{name} {repetition}"] for name in ("random", "all-labels"))
        assert random.rounds[0].picked == [3, 5, 8, 300]
        assert random.part is not None
        assert reference.part is not None
        assert random.part.split_hash == reference.part.split_hash
        assert not set(names) & set(random.part.units)

import numpy as np
import pytest

from albench.api import DataError, Modality
from albench.loaders.liver.loader import load

MODALITIES = ("LSTE", "LUS", "LSTQ", "SSTE")


@pytest.fixture(scope="module")
def lus() -> Modality:
    return load(modality="LUS", size=32, subjects=5)


def test_an_image_does_not_depend_on_what_else_is_read(lus: Modality) -> None:
    together = lus.read(np.array([9, 3, 3, 0]))
    assert np.array_equal(together[1], together[2])
    for place, row in enumerate([9, 3, 3, 0]):
        assert np.array_equal(together[place], lus.read(np.array([row]))[0])


def test_every_candidate_and_modality_of_the_paper_is_there() -> None:
    members = [set(load(modality=name, size=32).subjects) for name in MODALITIES]
    assert [len(patients) for patients in members] == [213, 191, 201, 190]
    assert len(set.union(*members)) == 214
    assert len(set.intersection(*members)) == 168


def test_options_out_of_range_are_all_complained_about() -> None:
    with pytest.raises(DataError, match="modality") as caught:
        load(modality="CT", size=512, failed=2.0)
    assert len(caught.value.complaints) == 3

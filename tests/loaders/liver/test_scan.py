from collections.abc import Callable

import numpy as np
import pytest

from albench.api import Modality
from albench.loaders.liver.scan import quality_of

Load = Callable[..., Modality]

YELLOW = np.array([255, 255, 0])[:, None, None]


@pytest.mark.parametrize("modality", ["LSTE", "SSTE"])
def test_an_elastogram_lies_in_one_yellow_frame(small: Load, modality: str) -> None:
    for image in small(modality).read(np.arange(10)):
        rows, columns = np.nonzero((image == YELLOW).all(axis=0))
        height, width = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
        assert len(rows) == 2 * width + 2 * (height - 2)


@pytest.mark.parametrize("modality", ["LUS", "LSTQ"])
def test_other_pictures_have_no_yellow(small: Load, modality: str) -> None:
    images = small(modality).read(np.arange(40))
    assert not (images == YELLOW).all(axis=1).any()


def test_b_mode_is_grey(small: Load) -> None:
    images = small("LUS").read(np.arange(5))
    assert np.array_equal(images[:, 0], images[:, 1])
    assert np.array_equal(images[:, 0], images[:, 2])


def test_lstq_has_an_empty_box_and_no_map(small: Load) -> None:
    images = small("LSTQ").read(np.arange(10)).astype(int)
    coloured = (images.max(axis=1) != images.min(axis=1)).sum(axis=(1, 2))
    assert ((coloured > 6) & (coloured < 30)).all()  # the outline of 4 by 6 pixels


def test_stiffer_livers_are_redder(elastograms: tuple[Modality, np.ndarray]) -> None:
    modality, images = elastograms
    assert modality.labels is not None
    stage = np.array([int(str(modality.labels[name])[1]) for name in modality.subjects])
    middle = images[:, :, 24:40, 24:40].astype(float).mean(axis=(2, 3))
    assert np.corrcoef(stage, middle[:, 0] - middle[:, 2])[0, 1] > 0.6


def test_frames_of_a_video_are_alike_and_stills_are_not(small: Load) -> None:
    lus = small("LUS", images=20)
    patient = next(name for name in lus.subjects if (lus.subjects == name).sum() == 20)
    middle = lus.read(np.flatnonzero(lus.subjects == patient))[:, 0, 20:44, 20:44]
    alike = np.corrcoef(middle.reshape(20, -1).astype(float))
    stills, frames = alike[:7, :7][np.triu_indices(7, 1)], np.diag(alike[7:, 7:], 1)
    assert np.median(stills) < 0.3
    assert 0.5 < np.median(frames) < 0.99


def test_marks_say_what_was_done_to_an_image(small: Load) -> None:
    lste = small("LSTE", failed=0.3, unreliable=0.3)
    reader = lste.read
    how = [quality_of(reader.settings, *row).value for row in reader.rows]  # type: ignore[attr-defined]  # a Reader
    assert np.array_equal(lste.marks["failed"], [name == "failed" for name in how])
    assert np.array_equal(lste.marks["unreliable"], [name == "unreliable" for name in how])


def test_failed_scans_show_less_colour_than_good_ones(small: Load) -> None:
    lste = small("LSTE", failed=0.4, images=3)
    images = lste.read(np.arange(len(lste)))[:, :, 24:40, 24:40].astype(int)
    colour = (images.max(axis=1) - images.min(axis=1)).mean(axis=(1, 2))
    failed = lste.marks["failed"]
    assert colour[failed].mean() < 0.3 * colour[~failed].mean()


def test_failed_b_mode_is_mostly_shadow(small: Load) -> None:
    lus = small("LUS", failed=0.4, images=3)
    brightness = lus.read(np.arange(len(lus)))[:, 0, 28:44, 24:40].mean(axis=(1, 2))
    failed = lus.marks["failed"]
    assert brightness[failed].mean() < 0.6 * brightness[~failed].mean()

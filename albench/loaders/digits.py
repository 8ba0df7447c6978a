"""The loader ``digits``: scikit-learn's 1,797 real handwritten digits, in three views.

E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository, 1998: its test set, as scikit-learn ships it. Nothing is downloaded. Images are the ink
per pixel, ``(n, 8, 8)``, 0 to 16.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from albench.api import Modality, Samples, fingerprint
from albench.loaders.bundled import bundled_table

INK = 16
"""The largest value of a pixel: each counts the black ones of a 4 x 4 block."""


def load(*, view: str = "pixels") -> Modality:
    """Return one view of the digits; a row is a subject.

    Parameters
    ----------
    view : str
        ``"pixels"``, ``"fourier"`` or ``"profile"``; see the function of that name.

    Returns
    -------
    Modality
        1,797 rows; labels 0 to 9.
    """
    images, classes = _images()
    subjects = np.array([f"{number:04d}" for number in range(1, len(images) + 1)])
    samples = VIEWS[view](images)
    return Modality(
        subjects=subjects,
        shape=samples.shape[1:],
        read=partial(np.take, samples, axis=0),
        # Of the pixels: a Fourier transform's last bit may differ between machines.
        fingerprint=fingerprint("digits", view, images, classes),
        labels=dict(zip(subjects.tolist(), classes.tolist(), strict=True)),
        note="Real handwritten digits (UCI optical recognition, as scikit-learn ships them).",
    )


def _images() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    table = bundled_table("digits.csv.gz")  # 64 pixels and the digit
    return table[:, :-1].reshape(-1, 8, 8).astype(np.uint8), table[:, -1].astype(np.int64)


def pixels(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the images with ink 0 to 16 spread over 0 to 255, ``(n, 1, 8, 8)``.

    Values are rounded to the nearest.
    """
    spread: NDArray[np.uint8] = np.rint(images[:, np.newaxis] * (255 / INK)).astype(np.uint8)
    return spread


def fourier(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the magnitudes of the two-dimensional Fourier transform, without the redundant.

    The transform of a real 8 x 8 image has 34 magnitudes that are not mirror images of others. They
    forget the phase, and with it where the strokes are. Their shape is ``(n, 34)``. They are
    divided by the number of pixels; the first is the mean ink, 0 to 1.
    """
    magnitudes = np.abs(np.fft.rfft2(images / INK, norm="forward"))  # (n, 8, 5)
    # Of the columns of frequency 0 and 4, rows 5 to 7 mirror rows 3 to 1.
    kept = np.ones(magnitudes.shape[1:], dtype=bool)
    kept[5:, [0, -1]] = False
    features: NDArray[np.float32] = magnitudes[:, kept].astype(np.float32)
    return features


def profile(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the mean ink of each row, from the top, and of each column, from the left.

    It is 0 to 1, of shape ``(n, 16)``.
    """
    ink = images / INK
    means = np.concatenate([ink.mean(axis=2), ink.mean(axis=1)], axis=1)
    return means.astype(np.float32)


VIEWS: dict[str, Callable[[NDArray[np.uint8]], Samples]] = {
    "pixels": pixels,
    "fourier": fourier,
    "profile": profile,
}

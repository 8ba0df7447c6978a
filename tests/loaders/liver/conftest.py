"""Small modalities that several tests look at."""

from collections.abc import Callable

import numpy as np
import pytest

from albench.api import Modality
from albench.loaders.liver.loader import load

Load = Callable[..., Modality]


@pytest.fixture(scope="session")
def small() -> Load:
    """Load a modality of 40 patients, one image each, 64 pixels, all of them good scans."""

    def load_small(modality: str, **options: object) -> Modality:
        defaults = {"size": 64, "subjects": 40, "images": 1, "failed": 0.0, "unreliable": 0.0}
        return load(modality=modality, **{**defaults, **options})  # type: ignore[arg-type]  # checked by load

    return load_small


@pytest.fixture(scope="session")
def elastograms(small: Load) -> tuple[Modality, np.ndarray]:
    """Return an LSTE modality and its images."""
    modality = small("LSTE")
    return modality, modality.read(np.arange(len(modality)))

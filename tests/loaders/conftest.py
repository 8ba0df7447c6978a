"""Files that the tests of several loaders read."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

WriteCsv = Callable[..., Path]
WritePicture = Callable[..., Path]


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    """Write lines to a CSV file and return it."""

    def write(*lines: str, name: str = "table.csv") -> Path:
        file = tmp_path / name
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return file

    return write


@pytest.fixture
def write_picture(tmp_path: Path) -> WritePicture:
    """Write a picture of one colour, or of given pixels, and return its file."""

    def write(
        name: str,
        colour: Sequence[int] = (200, 100, 50),
        size: tuple[int, int] = (12, 8),
        pixels: np.ndarray | None = None,
        **options: Any,  # Pillow's own, by format
    ) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        image = Image.new("RGB", size, tuple(colour)) if pixels is None else Image.fromarray(pixels)
        image.save(file, **options)
        return file

    return write


@pytest.fixture
def clinic(tmp_path: Path, write_csv: WriteCsv, write_picture: WritePicture) -> Path:
    """Write a manifest of three subjects and two modalities, in good order."""
    lines = ["subject,modality,path,label"]
    for number, subject in enumerate(("P01", "P02", "P03")):
        for modality in ("LSTE", "LUS"):
            name = f"{modality.lower()}/{subject}.png"
            write_picture(name, (10 * number, 100, 200))
            lines.append(f"{subject},{modality},{name},F{number}")
    return write_csv(*lines, name="clinic.csv")

"""The real ultrasound files of pydicom and pydicom-data, and manifests of them."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from albench_dicom.loader import load as load_dicom

from albench.api import DataError, Modality

SALT = "a secret of more than sixteen characters"


def folder_of(package: str, *below: str) -> Path:
    spec = find_spec(package)
    assert spec is not None, f"{package} is not installed: pip install 'albench-dicom[test]'"
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0]).joinpath(*below)


PYDICOM = folder_of("pydicom", "data", "test_files")
PYDICOM_DATA = folder_of("data_store", "data")

Manifest = Callable[..., Path]
Load = Callable[..., Modality]


@pytest.fixture
def real() -> Callable[[str], Path]:
    """Return a real file by its name."""

    def find(name: str) -> Path:
        return next(home / name for home in (PYDICOM, PYDICOM_DATA) if (home / name).exists())

    return find


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load files, copied beside a manifest that by default has one subject per file."""
    (tmp_path / "salt.txt").write_text(SALT)

    def run(*files: Path | bytes, subjects: bool = True, **options: Any) -> Modality:
        lines = ["path,subject" if subjects else "path"]
        for number, file in enumerate(files):
            content = file if isinstance(file, bytes) else file.read_bytes()
            (tmp_path / f"{number}.dcm").write_bytes(content)
            lines.append(f"{number}.dcm,P{number}" if subjects else f"{number}.dcm")
        (tmp_path / "manifest.csv").write_text("\n".join(lines))
        given = {"manifest": tmp_path / "manifest.csv", "salt": tmp_path / "salt.txt"}
        return load_dicom(**{"region": "whole", "size": 64, **given, **options})

    return run


@pytest.fixture
def complaints(load: Load) -> Callable[..., list[str]]:
    """Return the complaints that loading files raises."""

    def run(*files: Path | bytes, **options: Any) -> list[str]:
        with pytest.raises(DataError) as caught:
            load(*files, **options)
        return [str(complaint) for complaint in caught.value.complaints]

    return run

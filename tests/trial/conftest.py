"""Small published results: text tables alone, as they are committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import tomli_w

from albench import session, spec
from albench.publish.derive import derive
from albench.publish.read import read
from albench.publish.write import write_text_tables
from albench.spec.slices import Slice

if TYPE_CHECKING:
    from pathlib import Path

SMALL: dict[str, Any] = {
    "name": "small",
    "seed": 3,
    "repetitions": 6,
    "cohorts": {
        "digits": {"modalities": {"f": {"loader": "digits", "options": {"view": "fourier"}}}}
    },
    "models": {
        "small": {"plugin": "mmfn", "options": {"hidden": 8, "width": 8}, "training": {"epochs": 1}}
    },
    "budgets": {
        "low": {"initial": 20, "query": 10, "stop": 30},
        "high": {"initial": 40, "query": 20, "stop": 60},
    },
    "strategies": {"first": {"plugin": "entropy"}},
    "matrix": [
        {
            "cohorts": ["digits"],
            "models": ["small"],
            "budgets": ["low", "high"],
            "strategies": ["first"],
        }
    ],
    "compare": ["random", "first"],
}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results as older ones are committed: without records."""
    folder = tmp_path_factory.mktemp("published")
    specification = spec.parse(tomli_w.dumps(SMALL), "small.toml", folder)
    part = Slice(excluded={"strategy": ["all-labels"]})
    opened = session.open_specification(specification, part)
    session.run(opened, folder / "run", 1, ["albench"], lambda *_: None, lambda _: None)
    (folder / "small").mkdir()
    write_text_tables(derive(read(folder / "run")), folder / "small")
    return folder / "small"

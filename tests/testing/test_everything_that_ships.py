"""Every check of every plugin that ships with albench and can be tested in seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from albench.api import Kind
from albench.registry import discover
from albench.testing import check, check_by_name

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.registry

SIZES = (1000, 2000, 4000)

STRATEGIES = {
    part.name: part for part in discover().of(Kind.STRATEGY) if part.distribution == "albench"
}

ALWAYS = {
    *("entropy", "margin-dropout", "qbc-kl", "epig"),  # one prediction, passes, committees, a pool
    *("random-subject", "k-center", "typiclust", "badge", "cal"),  # vectors, clusters, gradients
    *("modality-disagreement", "ordinal-variance"),  # modalities, ordered classes
    *("combine", "sub-sample"),  # around other strategies
}
"""One of each kind, which is checked every time; `tox -e full` checks all."""

CHEAPER: dict[str, dict[str, Any]] = {"oracle-greedy": {"candidates": 5, "held_out": 40}}
"""Options with which a strategy does the same in a tenth of the time."""

MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "mmfn, its trunk frozen": ("mmfn", {"trunk": "small"}),
    "mmfn, its trunk learning": ("mmfn", {"trunk": "small", "frozen": False}),
    "mmfn, all else": ("mmfn", {"trunk": "small", "pools": "avg+max", "share_streams": True}),
    "mmfn, a head a modality": (
        "mmfn",
        {"trunk": "small", "frozen": False, "stream_heads": True},
    ),
    "plain, its trunk frozen": ("resnet50", {"trunk": "small"}),
    "logistic": ("logistic", {}),
    "a random forest": ("sklearn", {"classifier": "sklearn.ensemble.RandomForestClassifier"}),
    "nearest neighbours": (
        "sklearn",
        {
            "classifier": "sklearn.neighbors.KNeighborsClassifier",
            "parameters": ["n_neighbors=3", "weights=distance"],
        },
    ),
    "dlre": ("dlre", {"channels": 4}),
}

LOADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "digits, pixels": ("digits", {}),
    "digits, fourier": ("digits", {"view": "fourier"}),
    "breast cancer": ("breast-cancer", {}),
    "liver": ("liver", {"modality": "LSTE", "size": 32, "subjects": 5, "images": 1}),
    "trap": ("trap", {}),
    "pair of traps": ("trap-pair", {"kind": "noisy", "view": "other"}),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.sweep] * (name not in ALWAYS)) for name in STRATEGIES],
)
def test_a_strategy_conforms(name: str) -> None:
    report = check(STRATEGIES[name], options=CHEAPER.get(name), sizes=SIZES)
    assert report.ok, report.as_table()


def test_what_is_always_checked_are_strategies_that_ship() -> None:
    assert set(STRATEGIES) >= ALWAYS


@pytest.mark.parametrize("name", MODELS)
def test_a_model_conforms(name: str) -> None:
    plugin, options = MODELS[name]
    report = check_by_name(plugin, kind=Kind.MODEL, options=options)
    assert report.ok, report.as_table()


@pytest.mark.parametrize("name", LOADERS)
def test_a_loader_conforms(name: str) -> None:
    plugin, options = LOADERS[name]
    report = check_by_name(plugin, kind=Kind.LOADER, options=options)
    assert report.ok, report.as_table()


def test_a_loader_of_the_users_files_conforms(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    rows = [f"P{i},{'ab'[i % 2]},{i / 7},{i % 5}" for i in range(30)]
    table.write_text("\n".join(["subject,label,x,y", *rows]))
    report = check_by_name("table", options={"path": table})
    assert report.ok, report.as_table()

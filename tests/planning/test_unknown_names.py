"""Unknown plugins in a specification are reported together with all other problems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from albench.cli import main
from albench.planning.unknown_names import unknown_names

if TYPE_CHECKING:
    from pathlib import Path

    from albench.registry import Registry

SPEC = """
name = "toy"
repetitions = {repetitions}
[cohorts.a.modalities]
x = {{ loader = "digit" }}
[models.small]
plugin = "mmnf"
[budgets.tenth]
initial = 0.1
[strategies.mine]
plugin = "entorpy"
[[matrix]]
cohorts = ["a"]
models = ["small"]
strategies = ["bagde", "mine"]
budgets = ["{budget}"]
"""


@pytest.mark.parametrize(
    ("repetitions", "budget", "lines"),
    [
        (0, "tenth", [3, 5, 7, 11, 15]),
        (2, "tens", [5, 7, 11, 15, 16]),
        (2, "tenth", [5, 7, 11, 15]),
    ],
    ids=["a wrong value", "a contradiction", "nothing else"],
)
def test_all_that_is_wrong_with_a_file_is_told_at_once(
    repetitions: int,
    budget: str,
    lines: list[int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(SPEC.format(repetitions=repetitions, budget=budget))
    assert main(["plan", str(file)]) == 2
    printed = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[1] for line in printed] == [f"{file}, line {n}" for n in lines]
    for name in ("digits", "mmfn", "entropy", "badge"):
        assert sum(f"did you mean '{name}'" in line for line in printed) == 1


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"cohorts": 3, "models": [], "strategies": "all", "matrix": {}},
        {"cohorts": {"a": 1, "b": {"modalities": {"x": 2, "y": {"loader": 4}}}}},
        {"models": {"m": {"plugin": None}}, "matrix": [1, {"strategies": "all"}]},
        {"strategies": {"s": {}}, "matrix": [{"strategies": [1, "s"]}]},
        {"cohorts": {"a": {"optional": True, "modalities": {"x": {"loader": "gone"}}}}},
    ],
)
def test_whatever_is_written_there_names_are_looked_for(
    content: dict[str, object], toys: Registry
) -> None:
    assert unknown_names(content, toys) == []

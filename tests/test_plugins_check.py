"""`albench plugins check` as it is typed: table or JSON, and exit status 0, 1 or 2."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from albench import cli
from albench.registry import discover

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PLUGIN = """
from albench.api import Descriptor, Kind, hookimpl

@hookimpl
def albench_loaders():
    return [Descriptor(name="rows", kind=Kind.LOADER, target="lab:load", summary="Four rows.")]

def load():
    import numpy as np
    from albench.api import Modality, fingerprint
    x = np.arange(8, dtype=np.float32).reshape(4, 2)
    names = np.array(list("abcd"))
    labels = {"a": 0, "b": 1, "c": 0, "d": 1}
    return Modality(
        subjects=names, shape=(2,), labels=labels,
        read=lambda rows: x[rows].copy(), fingerprint=fingerprint("rows", x),
    )
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An installed package, whose loader cites no source."""
    installed = tmp_path / "lab-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: lab\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[albench]\nlab = lab\n")
    (tmp_path / "lab.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    discover.cache_clear()
    yield
    discover.cache_clear()
    sys.modules.pop("lab", None)


@pytest.mark.usefixtures("lab")
def test_a_check_that_fails_is_told_with_the_others_and_the_status_is_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pytest", None)  # the command needs none
    assert cli.main(["plugins", "check", "lab/rows"]) == 1
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert printed.err == ""
    assert lines[0] == "loader lab/rows (lab 1.0)"
    (failed,) = [line for line in lines if line.startswith("failed")]
    assert failed.split()[1] == "source-is-cited"
    assert "citation is empty: name the paper" in failed
    assert " passed, 1 failed, " in lines[-1]


def test_what_conforms_ends_with_0_and_what_a_badge_is_drawn_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cli.main(["plugins", "check", "digits", "--option", "view=fourier", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["schemaVersion"] == 1
    assert (printed["label"], printed["color"]) == ("albench loader", "brightgreen")
    assert printed["message"].split()[1] == "passed,"
    assert {result["status"] for result in printed["results"]} == {"passed", "skipped"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["marign"], "unknown plugin 'marign'; did you mean 'margin'"),
        (["margin", "--kind", "model"], "unknown model 'margin'"),
        (["esd", "--option", "pases=3"], "core/esd has no option 'pases'; did you mean 'passes'?"),
        (["esd", "--option", "passes=x"], "--option passes=x: expected a whole number, found 'x'"),
        (["table"], "--option path=...: is required, and was not given: the CSV"),
    ],
    ids=["no such plugin", "no such kind", "no such option", "a bad value", "a value is missing"],
)
def test_wrong_input_ends_with_2_and_says_what_is_right(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["plugins", "check", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("albench: ")
    assert said in output.err


def test_a_kind_that_is_none_is_refused() -> None:
    with pytest.raises(SystemExit, match="2"):
        cli.main(["plugins", "check", "margin", "--kind", "strategi"])

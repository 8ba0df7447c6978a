"""An option that the chosen engine has no use for is refused before anything is read."""

from __future__ import annotations

import pytest

from albench.cli import main

FOR_DASK = [["--scheduler", "tcp://nowhere:1"], ["--cell-resources", "GPU=1"]]
UNUSED = {
    "local": [*FOR_DASK, ["--stale-seconds", "60"]],
    "dask": [["--stale-seconds", "60"], ["--no-lockstep"]],
    "shared-folder": [*FOR_DASK, ["--fail-fast"], ["--no-lockstep"]],
}


@pytest.mark.parametrize(
    ("engine", "option"), [(engine, each) for engine, unused in UNUSED.items() for each in unused]
)
def test_an_option_that_the_engine_does_not_use_is_refused(
    engine: str, option: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "no-such.toml", "--engine", engine, *option]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"albench: {option[0]}: has no effect with --engine {engine}: ")


def test_all_options_without_use_are_told_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    unused = [word for option in UNUSED["shared-folder"] for word in option]
    assert main(["run", "no-such.toml", "--engine", "shared-folder", *unused]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 4


def test_what_the_engine_uses_is_no_complaint(capfd: pytest.CaptureFixture[str]) -> None:
    dask = ["--engine", "dask", "--scheduler", "tcp://nowhere:1", "--fail-fast"]
    for used in (["--fail-fast", "--no-lockstep"], dask):
        assert main(["run", "no-such.toml", *used]) == 2
        assert capfd.readouterr().err.startswith("albench: no-such.toml: there is no such file")

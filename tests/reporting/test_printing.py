"""The PDF: printed where there is a browser, and said where there is none."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from albench.cli import main
from albench.errors import InputError
from albench.reporting import printing
from albench.reporting.printing import BROWSERS, find_browser, print_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HAS_BROWSER = any(shutil.which(name) for name in BROWSERS)


def a_browser(folder: Path, script: str) -> str:
    """Return the path of a program that is called as a browser is."""
    path = folder / "chromium"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_without_a_browser_it_is_said_before_anything_is_drawn(
    make_toy: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = make_toy(n_repetitions=1).write()
    assert main(["report", str(folder), "--pdf"]) == 2
    assert "--pdf: found no browser" in capsys.readouterr().err
    assert not (folder / "report").exists()


def test_a_browser_on_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_browser(tmp_path, "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() == path


@pytest.mark.parametrize(
    ("script", "expected"),
    [("echo 'no display' >&2; exit 7", "it ended with 7: no display"), ("", "it wrote nothing")],
)
def test_a_browser_that_fails_is_quoted(tmp_path: Path, script: str, expected: str) -> None:
    page = tmp_path / "index.html"
    page.touch()
    with pytest.raises(InputError, match=expected):
        print_page(page, a_browser(tmp_path, script))
    assert not (tmp_path / "report.pdf").exists()


def test_a_browser_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "SECONDS", 0.2)
    page = tmp_path / "index.html"
    page.touch()
    with pytest.raises(InputError, match=r"more than 0\.2 s"):
        print_page(page, a_browser(tmp_path, "exec sleep 20"))


@pytest.mark.sweep
@pytest.mark.skipif(not HAS_BROWSER, reason=f"none of {', '.join(BROWSERS)} is on the path")
@pytest.mark.skipif(os.name == "nt", reason="browsers are not on the path there")
def test_the_same_page_is_printed_to_the_same_bytes(
    make_toy: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_toy(n_repetitions=2).write()
    assert main(["report", str(folder), "--pdf"]) == 0
    printed = folder / "report" / "report.pdf"
    assert f"pdf: {printed}" in capsys.readouterr().out
    first = printed.read_bytes()
    assert first.startswith(b"%PDF")
    print_page(printed.with_name("index.html"), find_browser())
    assert printed.read_bytes() == first


def test_numbers_of_nodes_and_dates_are_those_of_no_printing() -> None:
    one = b"/ID (node00000120) /Headers [(node00000123)] /CreationDate (D:20261127160000+00"
    two = b"/ID (node00000121) /Headers [(node00000124)] /CreationDate (D:20261127160001+00"
    assert printing._without_chance(one) == printing._without_chance(two)
    assert b"(node00000003)" in printing._without_chance(one)

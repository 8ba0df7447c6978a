"""Verdicts on operations are kept between processes, and others are made for other code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from albench.learn.kernel_verdicts import KernelVerdicts

if TYPE_CHECKING:
    from pathlib import Path


def refused() -> bool:
    raise AssertionError("it has been tried before")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    file = tmp_path / "code.py"
    file.write_text("one = 1")
    return file


def kept(code: Path, cache: Path, **verdicts: bool) -> Path:
    first = KernelVerdicts(code)
    first.remember_in(cache)
    for key, verdict in verdicts.items():
        assert first.get(key, [verdict].pop) is verdict
    first.keep()
    return next((cache / "lockstep").iterdir())


def test_another_process_makes_no_trial_again(code: Path, tmp_path: Path) -> None:
    kept(code, tmp_path / "cache", mm=False, relu=True)
    later = KernelVerdicts(code)
    later.remember_in(tmp_path / "cache")
    assert later.get("mm", refused) is False
    assert later.get("relu", refused) is True


def test_what_another_process_has_written_meanwhile_stays(code: Path, tmp_path: Path) -> None:
    slow = KernelVerdicts(code)
    slow.remember_in(tmp_path)
    file = kept(code, tmp_path, mm=False)
    slow.get("relu", lambda: True)
    slow.keep()
    assert sorted(json.loads(file.read_text()).values()) == [False, True]


def test_other_code_tries_again(code: Path, tmp_path: Path) -> None:
    kept(code, tmp_path / "cache", mm=False)
    code.write_text("one = 2")
    other = KernelVerdicts(code)
    other.remember_in(tmp_path / "cache")
    assert len(other) == 0


@pytest.mark.parametrize("content", ["", "[]", '{"x": 1}', "\udc00"])
def test_a_damaged_file_is_a_file_that_says_nothing(
    code: Path, tmp_path: Path, content: str
) -> None:
    kept(code, tmp_path / "cache", mm=False).write_bytes(content.encode("utf-8", "surrogatepass"))
    other = KernelVerdicts(code)
    other.remember_in(tmp_path / "cache")
    assert len(other) == 0


def test_other_kernels_by_the_environment_are_tried_again(
    code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(code, tmp_path / "cache", mm=False)
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    other = KernelVerdicts(code)
    other.remember_in(tmp_path / "cache")
    assert len(other) == 0


def test_what_was_tried_before_a_file_is_named_is_kept_too(code: Path, tmp_path: Path) -> None:
    early = KernelVerdicts(code)
    early.get("relu", lambda: True)
    early.remember_in(tmp_path)
    early.keep()
    later = KernelVerdicts(code)
    later.remember_in(tmp_path)
    assert later.get("relu", refused) is True

"""Leases in a shared folder: one holder at a time; a silent lease is superseded by the next."""

from __future__ import annotations

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from albench.engines.leases import Leases

if TYPE_CHECKING:
    import pytest


def silence(folder: Path, name: str, seconds: float) -> None:
    newest = max(folder.glob(f"{name}.*"))
    then = newest.stat().st_mtime - seconds
    os.utime(newest, (then, then))


def test_of_many_that_claim_at_once_one_has_the_lease(tmp_path: Path) -> None:
    workers = [Leases(tmp_path, f"w{number}", 60) for number in range(16)]
    with ThreadPoolExecutor(16) as slots:
        claimed = list(slots.map(lambda leases: leases.claim("cell"), workers))
    assert sum(lease is not None for lease in claimed) == 1


def test_a_lease_that_beats_is_not_taken_over(tmp_path: Path) -> None:
    mine, other = Leases(tmp_path, "mine", 60), Leases(tmp_path, "other", 60)
    assert mine.claim("cell")
    silence(tmp_path, "cell", 100)
    assert mine.beat() == []
    assert other.claim("cell") is None


def test_a_silent_lease_is_taken_over_once_and_its_holder_learns_of_it(tmp_path: Path) -> None:
    mine, other, third = (Leases(tmp_path, name, 60) for name in ("mine", "other", "third"))
    lease = mine.claim("cell")
    assert lease is not None
    silence(tmp_path, "cell", 100)
    taken = other.claim("cell")
    assert taken is not None
    assert (taken.number, taken.losses) == (1, 1)
    assert third.claim("cell") is None
    assert not mine.is_ours(lease)
    assert mine.beat() == [lease]


def test_a_lease_that_is_given_back_is_free_at_once_and_counts_as_no_loss(tmp_path: Path) -> None:
    mine, other = Leases(tmp_path, "mine", 60), Leases(tmp_path, "other", 60)
    lease = mine.claim("cell")
    assert lease is not None
    mine.give_back(lease)
    taken = other.claim("cell")
    assert taken is not None
    assert (taken.number, taken.losses) == (1, 0)


def test_a_folder_that_cannot_be_reached_for_a_moment_ends_no_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = Leases(tmp_path, "mine", 60), Leases(tmp_path, "other", 60)
    assert mine.claim("cell")
    silence(tmp_path, "cell", 100)

    def fail(_: Path) -> bool:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    with monkeypatch.context() as unreachable:
        unreachable.setattr(Path, "exists", fail)
        assert mine.beat() == []
    assert mine.beat() == []
    assert other.claim("cell") is None


def test_a_heartbeat_does_not_revive_what_is_given_back_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = Leases(tmp_path, "mine", 60), Leases(tmp_path, "other", 60)
    lease = mine.claim("cell")
    assert lease is not None

    def give_back_first(path: Path) -> bool:
        meanwhile.undo()
        mine.give_back(lease)
        return path.exists()

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Path, "exists", give_back_first)
        assert mine.beat() == []
    taken = other.claim("cell")
    assert taken is not None
    assert (taken.number, taken.losses) == (1, 0)

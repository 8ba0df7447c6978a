"""The cache returns complete arrays or none, even if a writer is killed."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import signal
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from albench.cache_folder import default_folder
from albench.cohort.cache import FeatureCache
from albench.errors import DataError

if TYPE_CHECKING:
    from pathlib import Path


def _sevens(array: np.ndarray) -> None:
    array[...] = 7


def _never(array: np.ndarray) -> None:
    raise AssertionError("filled although it was there")


def _slow_then_log(folder: Path) -> None:
    def fill(array: np.ndarray) -> None:
        time.sleep(0.3)
        array[...] = 7
        with (folder / "fills.txt").open("a") as log:
            log.write("fill\n")

    FeatureCache(folder).build("key", (4,), "float32", fill)


def _hang(folder: Path) -> None:
    def fill(array: np.ndarray) -> None:
        array[:1] = 1
        (folder / "started").touch()
        time.sleep(60)

    FeatureCache(folder).build("key", (4,), "float32", fill)


def _data_file(cache: FeatureCache) -> Path:
    (path,) = cache.folder.glob("*.npy")
    return path


def test_an_array_is_filled_once_and_read_again(tmp_path: Path) -> None:
    FeatureCache(tmp_path).build("key", (3, 2), "float32", _sevens)

    again = FeatureCache(tmp_path).build("key", (3, 2), "float32", _never)

    np.testing.assert_array_equal(again, np.full((3, 2), 7, np.float32))


def test_what_is_read_is_a_read_only_memory_map(tmp_path: Path) -> None:
    array = FeatureCache(tmp_path).build("key", (3,), "uint8", _sevens)

    assert isinstance(array, np.memmap)
    assert not array.flags.writeable


def test_an_unknown_key_gives_none(tmp_path: Path) -> None:
    assert FeatureCache(tmp_path / "absent").get("key") is None


def test_different_keys_are_different_entries(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    cache.build("one", (3,), "uint8", _sevens)

    assert cache.get("two") is None


@pytest.mark.parametrize("kept", [0, 20, 140], ids=["empty", "half a header", "half the data"])
def test_a_truncated_entry_is_built_again(tmp_path: Path, kept: int) -> None:
    cache = FeatureCache(tmp_path)
    cache.build("key", (100,), "float32", _sevens)
    os.truncate(_data_file(cache), kept)

    assert cache.get("key") is None
    with pytest.warns(UserWarning, match=r"\.npy: is shorter than .*; it is made again"):
        assert cache.build("key", (100,), "float32", _sevens).sum() == 700


def test_a_damaged_description_means_no_entry(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    cache.build("key", (3,), "uint8", _sevens)
    _data_file(cache).with_suffix(".json").write_text("{")

    assert cache.get("key") is None


def test_the_description_says_what_the_entry_is(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    cache.build("key", (3,), "uint8", _sevens, note="LUS through resnet50")

    content = json.loads(_data_file(cache).with_suffix(".json").read_text())

    del content["crc32"]
    assert content == {"key": "key", "note": "LUS through resnet50", "shape": [3], "dtype": "|u1"}


def test_an_entry_is_a_plain_file_of_numpy(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    cache.build("key", (3, 2), "float32", _sevens)

    np.testing.assert_array_equal(np.load(_data_file(cache)), np.full((3, 2), 7, np.float32))


def test_a_fill_that_fails_leaves_no_entry(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path)
    with pytest.raises(AssertionError, match="filled although"):
        cache.build("key", (3,), "uint8", _never)

    assert cache.get("key") is None
    assert not list(tmp_path.glob("*.part"))


def test_two_processes_at_once_fill_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    both = [spawn.Process(target=_slow_then_log, args=(tmp_path,)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()

    assert [process.exitcode for process in both] == [0, 0]
    assert (tmp_path / "fills.txt").read_text() == "fill\n"


def test_a_killed_builder_leaves_nothing_behind_for_the_next(tmp_path: Path) -> None:
    process = multiprocessing.get_context("fork").Process(target=_hang, args=(tmp_path,))
    process.start()
    while not (tmp_path / "started").exists():
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    cache = FeatureCache(tmp_path)

    assert cache.get("key") is None
    assert cache.build("key", (4,), "float32", _sevens).sum() == 28
    assert not list(tmp_path.glob("*.part"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DataError, match=r"file.*ALBENCH_CACHE"):
        FeatureCache(tmp_path / "file").build("key", (3,), "uint8", _sevens)


@pytest.mark.skipif(not hasattr(os, "posix_fallocate"), reason="space cannot be reserved here")
def test_a_full_disk_is_said_before_anything_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)

    with pytest.raises(DataError, match=r"No space left on device; free space there, or set"):
        FeatureCache(tmp_path).build("key", (3,), "uint8", _never)

    assert not list(tmp_path.glob("*.npy*"))


def test_the_default_folder_follows_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ALBENCH_CACHE", raising=False)
    assert default_folder() == tmp_path / "albench"

    monkeypatch.setenv("ALBENCH_CACHE", str(tmp_path / "mine"))
    assert default_folder() == tmp_path / "mine"


@pytest.mark.parametrize("variable", ["ALBENCH_CACHE", "XDG_CACHE_HOME"])
def test_a_home_that_is_not_there_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("ALBENCH_CACHE", raising=False)
    monkeypatch.setenv(variable, "~no-such-user-here/cache")

    with pytest.raises(DataError, match=r"the cache: .*; set ALBENCH_CACHE to a folder in full"):
        default_folder()

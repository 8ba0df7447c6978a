"""Damage in the cache is found and repaired or reported, and never changes data."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.cohort.array_description import ArrayDescription
from albench.cohort.cache import FeatureCache
from albench.cohort.stored_array import _VERIFIED, StoredArray
from albench.errors import DataError

_SHAPE = (40, 3)
_VALUES = np.arange(120, dtype=np.float32).reshape(_SHAPE)


def _fill(array: np.ndarray) -> None:
    array[...] = _VALUES


def _build(folder: Path, tell: Any = None) -> np.ndarray:
    cache = FeatureCache(folder) if tell is None else FeatureCache(folder, tell)
    return cache.build("key", _SHAPE, "float32", _fill)


def _file(folder: Path, suffix: str) -> Path:
    (path,) = folder.glob(f"*{suffix}")
    return path


@pytest.fixture(autouse=True)
def _as_a_new_process() -> None:
    _VERIFIED.clear()


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder with one entry, in a process that has not read it."""
    _build(tmp_path)
    _VERIFIED.clear()
    return tmp_path


def _flip(path: Path, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[bit // 8 % len(content)] ^= 1 << bit % 8
    path.write_bytes(content)


@pytest.mark.parametrize("bit", [8 * 150, -1], ids=["in the data", "the last one"])
def test_a_flipped_bit_is_named_and_mended(built: Path, bit: int) -> None:
    data = _file(built, ".npy")
    _flip(data, bit % (8 * data.stat().st_size))
    notices: list[str] = []

    values = _build(built, notices.append)

    np.testing.assert_array_equal(values, _VALUES)
    (sentence,) = notices
    assert sentence.startswith(f"{data}: has the checksum ")
    assert sentence.endswith("was written; it is made again")


def test_a_mended_entry_is_whole(built: Path) -> None:
    _flip(_file(built, ".npy"), 8 * 200)
    _build(built, lambda _: None)
    _VERIFIED.clear()
    notices: list[str] = []

    _build(built, notices.append)

    assert not notices


@pytest.mark.parametrize(
    ("name", "value"),
    [("dtype", "<i4"), ("dtype", ">f4"), ("shape", [3, 40]), ("key", "other")],
)
def test_a_description_of_the_same_size_is_not_believed(
    built: Path, name: str, value: object
) -> None:
    sidecar = _file(built, ".json")
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {name: value}))

    assert FeatureCache(built).get("key") is None
    np.testing.assert_array_equal(_build(built, lambda _: None), _VALUES)


def test_an_entry_without_a_checksum_is_made_again(built: Path) -> None:
    sidecar = _file(built, ".json")
    content = json.loads(sidecar.read_text())
    del content["crc32"]
    sidecar.write_text(json.dumps(content))
    _flip(_file(built, ".npy"), 8 * 200)  # completing it would make the damage official

    with pytest.warns(UserWarning, match="has no checksum: it was written by an older albench"):
        np.testing.assert_array_equal(_build(built), _VALUES)


def test_a_file_is_read_in_full_once_a_process(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    honest = ArrayDescription.checksum

    def counted(self: ArrayDescription, handle: Any) -> str:
        read.append(self.key)
        return honest(self, handle)

    monkeypatch.setattr(ArrayDescription, "checksum", counted)
    for _ in range(3):
        _build(built)

    assert read == ["key"]


def test_a_child_compares_stamps_and_reads_nothing_again(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = FeatureCache(built)
    stored = cache.stored(_build(built))
    assert stored is not None
    stored = StoredArray.of_plain(json.loads(json.dumps(stored.plain())))  # as a child is told
    monkeypatch.setattr(ArrayDescription, "checksum", None)

    array = stored.open()

    np.testing.assert_array_equal(array, _VALUES)
    assert not array.flags.writeable


@pytest.mark.parametrize("path", ["a\0b", "\udcff\ud800", "/", "/nowhere/at/all"])
def test_a_path_that_a_child_made_up_is_one_sentence(built: Path, path: str) -> None:
    stored = FeatureCache(built).stored(_build(built))
    assert stored is not None

    with pytest.raises(DataError, match=r": (is not a file|cannot be )"):
        StoredArray.of_plain(stored.plain() | {"path": path}).open()


def test_a_shape_that_a_child_made_up_is_one_sentence(built: Path) -> None:
    stored = FeatureCache(built).stored(_build(built))
    assert stored is not None

    with pytest.raises(DataError, match="is shorter than what was written"):
        StoredArray.of_plain(stored.plain() | {"shape": [10**30]}).open()


def test_any_key_can_be_cached(tmp_path: Path) -> None:
    FeatureCache(tmp_path).build("\ud800", (3,), "uint8", lambda out: out.fill(7))

    assert FeatureCache(tmp_path).get("\ud800") is not None


def test_a_child_verifies_a_file_that_was_replaced(built: Path) -> None:
    stored = FeatureCache(built).stored(_build(built))
    assert stored is not None
    data = _file(built, ".npy")
    data.with_suffix(".copy").write_bytes(data.read_bytes())
    data.with_suffix(".copy").replace(data)
    np.testing.assert_array_equal(stored.open(), _VALUES)

    _flip(data, 8 * 200)
    with pytest.raises(DataError, match=r"\.npy: has the checksum"):
        stored.open()
    data.unlink()
    with pytest.raises(DataError, match=r"\.npy: cannot be read: No such file"):
        stored.open()


def test_an_array_of_elsewhere_is_not_taken_for_a_cached_one(built: Path) -> None:
    elsewhere = np.memmap(built / "loader.raw", np.float32, mode="w+", shape=(2,))

    assert FeatureCache(built).stored(elsewhere) is None
    assert FeatureCache(built).stored(_VALUES) is None


def test_a_part_of_a_cached_array_is_not_taken_for_all_of_it(built: Path) -> None:
    assert FeatureCache(built).stored(_build(built)[:5]) is None


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize("suffix", [".npy", ".json", ".lock"])
@pytest.mark.parametrize("thing", [_a_folder, _a_pipe], ids=["folder", "pipe"])
def test_what_is_no_file_is_named_with_what_to_do(built: Path, thing: Any, suffix: str) -> None:
    if suffix == ".lock":
        _file(built, ".npy").unlink()
    thing(_file(built, suffix))

    with pytest.raises(DataError, match=rf"\{suffix}: is not a file, but .*remove it, or set"):
        _build(built, lambda _: None)


@pytest.mark.parametrize("suffix", [".npy", ".json"])
def test_a_link_to_nothing_means_no_entry(built: Path, suffix: str) -> None:
    path = _file(built, suffix)
    path.unlink()
    path.symlink_to(built / "nowhere")

    np.testing.assert_array_equal(_build(built, lambda _: None), _VALUES)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(DataError, match="cannot be written: Permission denied"):
        _build(tmp_path)


class _Bomb:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def _forge(folder: Path, content: bytes, dtype: str) -> None:
    """Write an entry whose checksum is right and whose content is an attacker's."""
    data, sidecar = _file(folder, ".npy"), _file(folder, ".json")
    what = ArrayDescription(key="key", shape=_SHAPE, dtype=dtype)
    data.write_bytes(content)
    with data.open("rb") as handle:
        fields = {
            "key": "key",
            "shape": list(_SHAPE),
            "dtype": dtype,
            "crc32": what.checksum(handle),
        }
    sidecar.write_text(json.dumps(fields))


@pytest.mark.parametrize("dtype", ["|O", "<f4", "|V8", "<U2", "O", "f4,O"])
def test_a_malicious_file_is_never_run(built: Path, dtype: str) -> None:
    mark = built / "was run"
    with tempfile.TemporaryFile() as file:
        np.save(file, np.array([_Bomb(mark)], dtype=object), allow_pickle=True)
        file.seek(0)
        content = file.read()
    _forge(built, content + bytes(max(0, _VALUES.nbytes - len(content))), dtype)

    entry = FeatureCache(built).get("key")
    mended = _build(built, lambda _: None)

    assert not mark.exists()
    assert entry is None or entry.dtype == np.float32
    assert dtype == "<f4" or np.array_equal(mended, _VALUES)


_HEADERS = ["{'descr': (", "{'descr': '<f4', 'shape': (40, 3", "\x00" * 40, "[" * 4000, "'''"]


@pytest.mark.parametrize("header", _HEADERS)
def test_a_header_that_cannot_be_parsed_does_not_matter(built: Path, header: str) -> None:
    magic = b"\x93NUMPY\x01\x00" + (len(header)).to_bytes(2, "little")
    _forge(built, magic + header.encode() + _VALUES.tobytes(), "<f4")

    np.testing.assert_array_equal(_build(built), _VALUES)


def _written(content: bytes, position: int, new: bytes) -> bytes:
    position %= len(content) + 1
    return content[:position] + new + content[position + len(new) :]


_DAMAGE = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 700), st.binary(min_size=1, max_size=64)),
    st.tuples(st.just("truncate"), st.integers(0, 700), st.just(b"")),
    st.tuples(st.just("append"), st.just(0), st.binary(min_size=1, max_size=64)),
    st.tuples(st.just("replace"), st.just(0), st.binary(max_size=700)),
)


def _damaged(content: bytes, how: tuple[str, int, bytes]) -> bytes:
    kind, position, new = how
    return {
        "write": lambda: _written(content, position, new),
        "truncate": lambda: content[:position],
        "append": lambda: content + new,
        "replace": lambda: new,
    }[kind]()


@settings(max_examples=80, deadline=None)
@given(suffix=st.sampled_from([".npy", ".json"]), damage=st.lists(_DAMAGE, min_size=1, max_size=3))
def test_no_damage_changes_what_is_read(suffix: str, damage: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _build(folder)
        path = _file(folder, suffix)
        content = path.read_bytes()
        for how in damage:
            content = _damaged(content, how)
        path.write_bytes(content)
        _VERIFIED.clear()

        entry = FeatureCache(folder).get("key")
        assert entry is None or np.array_equal(entry, _VALUES)
        np.testing.assert_array_equal(_build(folder, lambda _: None), _VALUES)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(["key", "shape", "dtype", "path", "crc32", "stamp"]), _JSON)
    | _JSON
)
def test_an_odd_message_is_a_value_error(message: Any) -> None:
    with pytest.raises(ValueError, match=r"^no "):
        StoredArray.of_plain(message)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["key", "shape", "dtype", "crc32"]), _JSON) | _JSON)
def test_no_description_is_too_odd(content: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _build(folder)
        _file(folder, ".json").write_text(json.dumps(content))
        _VERIFIED.clear()

        assert FeatureCache(folder).get("key") is None
        np.testing.assert_array_equal(_build(folder, lambda _: None), _VALUES)


def test_a_description_nested_without_end_means_no_entry(built: Path) -> None:
    _file(built, ".json").write_text("[" * 100_000)

    np.testing.assert_array_equal(_build(built, lambda _: None), _VALUES)


@pytest.mark.parametrize("dtype", ["O", "U3", "M8[s]", [("a", "f4")]])
def test_only_numbers_are_cached(tmp_path: Path, dtype: Any) -> None:
    with pytest.raises(DataError, match=r"'key': its type is .*; only numbers can be cached"):
        FeatureCache(tmp_path).build("key", (3,), dtype, lambda _: None)

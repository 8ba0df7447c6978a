"""Any file is either a benchmark or one clear error."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albench import spec
from albench.errors import SpecError
from albench.spec.reading import parse
from albench.spec.schema import Benchmark

STEADY = settings(derandomize=True, deadline=None)
QUICKSTART = spec.find("quickstart").read_text(encoding="utf-8")
KEYS = st.sampled_from([*Benchmark.model_fields, "better", "at", "[zz]", "", "x.[y]", "options"])
SCALARS = st.booleans() | st.integers(-9, 9) | st.floats().map(abs) | KEYS | st.text()


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, str):
        return _quoted(value)
    return {"True": "true", "False": "false"}.get(str(value), str(value))


def _quoted(text: str) -> str:
    return json.dumps(text.encode("utf-8", "ignore").decode(), ensure_ascii=False).replace(
        "\x7f", ""
    )


ODD = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=5,
)
SHIPPED = [
    path.read_text(encoding="utf-8")
    for path in sorted(spec.find("quickstart").parent.glob("*.toml"))
]

DOCUMENTS = st.dictionaries(
    KEYS | st.text(max_size=5),
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=6,
)


def _is_read_or_refused(text: str) -> None:
    try:
        parse(text, "any.toml", Path())
    except SpecError as error:
        assert str(error)  # noqa: PT017  # some documents are right
        str(error).encode()


@STEADY
@given(DOCUMENTS)
def test_any_document_is_a_benchmark_or_refused(document: dict[str, object]) -> None:
    _is_read_or_refused("\n".join(f"{_quoted(k)} = {_inline(v)}" for k, v in document.items()))


@STEADY
@given(st.integers(0, len(QUICKSTART)), st.integers(0, 9), st.text(max_size=5))
def test_any_damage_to_a_benchmark_is_refused_in_a_sentence(at: int, n: int, new: str) -> None:
    _is_read_or_refused(QUICKSTART[:at] + new + QUICKSTART[at + n :])


@st.composite
def spoilt(draw: st.DrawFn, value: Any) -> Any:  # plain data of any kind
    """Return a benchmark of which one part is something else, one too many or gone."""
    if not isinstance(value, dict | list) or not value or not draw(st.integers(0, 9)):
        return draw(ODD)
    changed: Any = value.copy()
    keys = sorted(value) if isinstance(value, dict) else range(len(value))
    key = draw(st.sampled_from(keys))
    how = draw(st.integers(0, 7))
    if how > 1:
        changed[key] = draw(spoilt(value[key]))
    elif how and isinstance(value, dict):
        changed[draw(KEYS | st.text(max_size=4))] = draw(ODD)
    else:
        del changed[key]
    return changed


@STEADY
@given(st.data())
def test_a_benchmark_with_one_odd_part_is_read_or_refused(data: st.DataObject) -> None:
    document = data.draw(spoilt(tomllib.loads(data.draw(st.sampled_from(SHIPPED)))))
    if isinstance(document, dict):
        _is_read_or_refused("\n".join(f"{_quoted(k)} = {_inline(v)}" for k, v in document.items()))


@pytest.mark.parametrize("key", ['"[zz]"', '""', '"a.[b]"'])
def test_an_odd_key_is_unknown_and_told_on_its_line(key: str) -> None:
    with pytest.raises(SpecError, match=r"any\.toml, line 1: '.*': unknown key"):
        parse(f"{key} = 1\n{QUICKSTART}", "any.toml", Path())


def test_a_key_that_steers_terminals_is_told_escaped() -> None:
    with pytest.raises(SpecError, match=r"'\\x1b\[2J': unknown key"):
        parse(f'"\\u001b[2J" = 1\n{QUICKSTART}', "any.toml", Path())


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000 + "]" * 5000])
def test_values_too_large_to_read_are_refused(value: str) -> None:
    with pytest.raises(SpecError):
        parse(f"seed = {value}\n{QUICKSTART}", "any.toml", Path())


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "bench.toml"
    path.write_text(QUICKSTART, encoding="utf-8-sig")
    assert spec.read(path).text == QUICKSTART


def test_a_folder_and_other_bytes_than_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"name = '\xff'")
    for path in (tmp_path, tmp_path / "bytes.toml"):
        with pytest.raises(SpecError, match="cannot be read"):
            spec.read(path)


def test_a_name_longer_than_a_files_may_be_is_not_known() -> None:
    with pytest.raises(SpecError, match="no such benchmark"):
        spec.find("x" * 5000)

"""Files are found and read, and all problems are reported at once with their places."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from albench import spec
from albench.errors import SpecError
from albench.spec.reading import dotted

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.spec import Specification

    Parse = Callable[..., Specification]

CHECKOUT = Path(__file__).parents[2]


def test_all_complaints_come_at_once_in_the_order_of_the_file(parse: Parse) -> None:
    with pytest.raises(SpecError) as error:
        parse(
            ('name = "toy"', 'nmae = "toy"'),
            ("repetitions = 2", "repetitions = 0"),
            ('plugin = "linear"', 'plugin = "linear"\nstandardize = true'),
            ("initial = 0.1", "initial = 7.0"),
            ('models = ["small"]', "models = []"),
        )
    assert [str(complaint).partition(": ")[0] for complaint in error.value.complaints] == [
        "bench.toml",
        "bench.toml, line 2",
        "bench.toml, line 3",
        "bench.toml, line 11",
        "bench.toml, line 14",
        "bench.toml, line 19",
    ]


def test_contradictions_come_at_once_too(parse: Parse) -> None:
    with pytest.raises(SpecError) as error:
        parse(
            ('cohorts = ["clinic"]', 'cohorts = ["gone"]'),
            ('models = ["small"]', 'models = ["lost"]'),
            ("initial = 0.1", "initial = 0.5\nstop = 0.4"),
        )
    assert len(error.value.complaints) == 3


def test_an_unknown_key_is_told_with_its_line_the_nearest_and_the_list(parse: Parse) -> None:
    with pytest.raises(SpecError) as error:
        parse(("initial = 0.1", "intial = 0.1"))
    assert str(error.value) == (
        "bench.toml, line 13: budgets.tenth.intial: unknown key; did you mean 'initial'? "
        "Allowed are: first, initial, known, of, query, stop"
    )


@pytest.mark.parametrize("label", ["constrained-badge", "function-x", "list", "a.b"])
def test_a_complaint_names_the_place_whatever_the_user_called_it(label: str, parse: Parse) -> None:
    table = f'[strategies."{label}"]\nplugn = "badge"\n'
    with pytest.raises(SpecError) as error:
        parse(("[budgets.tenth]", f"{table}[budgets.tenth]"))
    assert [str(complaint).split(": ")[:2] for complaint in error.value.complaints] == [
        ["bench.toml, line 12", f"strategies.{label}.plugin"],
        ["bench.toml, line 13", f"strategies.{label}.plugn"],
    ]


def test_what_is_not_toml_is_told_with_its_line(parse: Parse) -> None:
    with pytest.raises(SpecError, match=r"bench\.toml: not valid TOML: .*line 3"):
        parse(("repetitions = 2", "repetitions = "))


def test_a_key_that_is_given_twice_is_told(parse: Parse) -> None:
    with pytest.raises(SpecError, match="not valid TOML"):
        parse(("repetitions = 2", "repetitions = 2\nrepetitions = 3"))


def test_a_file_is_read_with_its_folder(parse: Parse, tmp_path: Path) -> None:
    file = tmp_path / "bench.toml"
    file.write_text(parse().text, encoding="utf-8")
    specification = spec.read(file)
    assert (specification.folder, specification.source) == (tmp_path, str(file))
    assert specification.benchmark == parse().benchmark


@pytest.mark.parametrize("kind", ["missing", "a folder", "not text"])
def test_a_file_that_cannot_be_read_is_told(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "bench.toml"
    if kind == "a folder":
        file.mkdir()
    elif kind == "not text":
        file.write_bytes(b"name = '\xff\xfe'")
    with pytest.raises(SpecError, match=r"bench\.toml: cannot be read: "):
        spec.read(file)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_a_file_in_another_encoding_is_told_what_to_do(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "bench.toml"
    file.write_bytes('name = "größe"'.encode(encoding))
    said = "UTF-16" if encoding.startswith("utf-16") else "byte 0xf6 at position 10"
    with pytest.raises(SpecError, match=rf"bench\.toml: cannot be read: it is .*{said}.*: save it"):
        spec.read(file)


def test_a_file_is_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").touch()
    assert spec.find(str(tmp_path / "mine.toml")) == tmp_path / "mine.toml"


def test_a_file_needs_no_ending(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    assert spec.find(str(tmp_path / "mine.txt")) == tmp_path / "mine.txt"


def test_a_benchmark_here_is_found_by_its_name_before_a_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "quickstart.toml").touch()
    monkeypatch.chdir(tmp_path)
    assert spec.find("quickstart") == Path("benchmarks/quickstart.toml")


def test_a_shipped_benchmark_is_found_by_its_name_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert spec.read(spec.find("quickstart")).benchmark.name == "quickstart"


@pytest.mark.parametrize("name", ["quickstrat", "quickstrat.toml", "no/such/quickstrat.toml"])
def test_an_unknown_name_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(SpecError, match=rf"^{name}: .*; did you mean 'quickstart'\? Give the path"):
        spec.find(name)


@pytest.mark.parametrize("name", ["", "zzz", "zzz.toml"])
def test_an_unknown_name_like_no_other_is_answered_with_the_list(name: str) -> None:
    with pytest.raises(SpecError, match=r"\. Give the path of a \.toml file, or one of: .*quickst"):
        spec.find(name)


@pytest.mark.parametrize(
    "file", sorted((CHECKOUT / "benchmarks").glob("*.toml")), ids=lambda file: file.name
)
def test_every_benchmark_that_ships_is_valid(file: Path) -> None:
    assert spec.read(file).benchmark.name == file.stem


def test_a_path_of_keys_is_written_as_in_the_file() -> None:
    assert dotted(("matrix", 0, "modalities", 1, 0)) == "matrix[0].modalities[1][0]"


def test_a_mark_of_byte_order_is_no_part_of_a_specification(tmp_path: Path, parse: Parse) -> None:
    plain = parse()
    file = tmp_path / "bench.toml"
    file.write_bytes(b"\xef\xbb\xbf" + plain.text.replace("\n", "\r\n").encode())
    specification = spec.read(file)
    assert specification.benchmark == plain.benchmark
    assert specification.text == plain.text


def test_a_class_is_not_listed_and_excluded(parse: Parse) -> None:
    with pytest.raises(SpecError, match="'F1' is in both classes and exclude_classes"):
        parse(
            (
                "[cohorts.clinic.modalities]",
                '[cohorts.clinic]\nclasses = ["F0", "F1"]\nexclude_classes = ["F1"]\n'
                "[cohorts.clinic.modalities]",
            )
        )

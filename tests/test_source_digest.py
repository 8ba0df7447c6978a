"""The digest of a component's source: what changes it, what does not, and what it covers."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import albench
from albench import source_digest as module_under_test
from albench.api import Kind
from albench.registry import discover
from albench.source_digest import combined, source_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STRATEGY = '''
"""A score."""
from __future__ import annotations

from typing import TYPE_CHECKING

from mylab.helpers import centre

if TYPE_CHECKING:
    from mylab.types_only import Rows


class New:
    """Chooses what is far out."""

    def query(self, pool: Rows, n: int):
        """Return the picks."""
        from mylab.late import order

        # The farthest first.
        return order(-centre(pool))[:n]
'''


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], None]]:
    """Return a function that writes a module of the package ``mylab`` on ``sys.path``."""
    monkeypatch.syspath_prepend(str(tmp_path))
    module_under_test._file_of.cache_clear()

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")

    write("mylab/__init__.py", '__version__ = "1"\n')
    write("mylab/new.py", STRATEGY)
    write("mylab/helpers.py", "def centre(rows):\n    return rows - rows.mean()\n")
    write("mylab/late.py", "def order(rows):\n    return rows.argsort()\n")
    write("mylab/types_only.py", "Rows = object\n")
    write("mylab/other.py", "X = 1\n")
    yield write
    module_under_test._file_of.cache_clear()


def _digest() -> str:
    return source_digest("mylab.new").value


def test_a_flipped_sign_changes_the_digest(write: Callable[[str, str], None]) -> None:
    before = _digest()
    write("mylab/new.py", STRATEGY.replace("order(-centre", "order(centre"))
    assert _digest() != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# The farthest first.", "# Another comment, of another length."),
        ("Chooses what is far out.", "Chooses outliers."),
        ("order(-centre(pool))[:n]", "(\n            order( - centre( pool ) )[ : n ]\n        )"),
        ("Return the picks.", ""),
    ],
)
def test_comments_docstrings_and_formatting_do_not_change_it(
    write: Callable[[str, str], None], old: str, new: str
) -> None:
    before = _digest()
    write("mylab/new.py", STRATEGY.replace(old, new))
    assert _digest() == before


@pytest.mark.parametrize("helper", ["helpers", "late"])
def test_helpers_that_are_imported_change_it_even_in_a_call(
    write: Callable[[str, str], None], helper: str
) -> None:
    before = _digest()
    write(f"mylab/{helper}.py", "def centre(rows):\n    return rows\n\norder = centre\n")
    assert _digest() != before


@pytest.mark.parametrize("unused", ["types_only", "other"])
def test_what_is_not_imported_at_run_time_does_not_change_it(
    write: Callable[[str, str], None], unused: str
) -> None:
    before = _digest()
    write(f"mylab/{unused}.py", "Y = 2\n")
    assert _digest() == before


def test_a_package_that_only_imports_leads_to_the_names_in_use(
    write: Callable[[str, str], None],
) -> None:
    write("mylab/kit/__init__.py", "from .a import one\nfrom .b import two\n")
    write("mylab/kit/a.py", "def one(): return 1\n")
    write("mylab/kit/b.py", "def two(): return 2\n")
    write("mylab/new.py", "from .kit import one\n")
    names = [path.name for path in source_digest("mylab.new").files]
    assert names == ["new.py", "a.py"]


def test_a_package_whose_import_runs_code_counts_itself(
    write: Callable[[str, str], None],
) -> None:
    write("mylab/kit/__init__.py", "from .a import one\nCONSTANTS = [one()]\n")
    write("mylab/kit/a.py", "def one(): return 1\n")
    write("mylab/new.py", "from mylab.kit.a import one\n")
    before = _digest()
    write("mylab/kit/__init__.py", "from .a import one\nCONSTANTS = [one(), 2]\n")
    assert _digest() != before


def test_a_package_beside_it_counts_in_a_working_copy(write: Callable[[str, str], None]) -> None:
    write("mylab_shared/__init__.py", "SCALE = 1\n")
    write("mylab/new.py", "from mylab_shared import SCALE\n")
    module_under_test._file_of.cache_clear()
    before = _digest()
    write("mylab_shared/__init__.py", "SCALE = 2\n")
    assert _digest() != before


def test_source_on_the_path_is_a_working_copy_and_a_package_in_site_packages_is_not(
    write: Callable[[str, str], None],
) -> None:
    write("mylab/new.py", "X = 1\n")
    assert source_digest("mylab.new").is_working_copy
    assert not source_digest("modAL.uncertainty").is_working_copy


def test_source_that_cannot_be_parsed_counts_by_its_bytes(
    write: Callable[[str, str], None],
) -> None:
    write("mylab/helpers.py", "def centre(\n")
    before = _digest()
    write("mylab/helpers.py", "def centre((\n")
    assert _digest() != before


def test_a_module_without_a_file_has_no_digest() -> None:
    assert source_digest("no.such.module").value == ""
    assert source_digest("sys").value == ""


def test_modules_that_import_each_other_end(write: Callable[[str, str], None]) -> None:
    write("mylab/helpers.py", "from mylab import new\n")
    assert len(source_digest("mylab.new").files) == 3


def test_digests_combine_whatever_their_order() -> None:
    assert combined(["a", "b"]) == combined(["b", "a"]) != combined(["a", "c"])


def test_what_a_package_imports_on_demand_is_not_part_of_its_modules(
    write: Callable[[str, str], None],
) -> None:
    write(
        "mylab/__init__.py",
        """
        def __getattr__(name):
            from mylab import other

            return getattr(other, name)
        """,
    )
    names = [path.name for path in source_digest("mylab.new").files]
    assert names == ["new.py", "helpers.py", "late.py"]


def test_what_a_package_gives_on_demand_is_part_of_who_asks_for_it(
    write: Callable[[str, str], None],
) -> None:
    write(
        "mylab/__init__.py",
        """
        def __getattr__(name):
            from mylab import other

            return getattr(other, name)
        """,
    )
    write("mylab/new.py", "from mylab import X\n")
    assert [path.name for path in source_digest("mylab.new").files] == ["new.py", "other.py"]


@pytest.mark.parametrize("kind", Kind)
def test_what_ships_is_made_of_plugins_and_what_plugins_see(kind: Kind) -> None:
    folder = Path(albench.__file__).parent
    rooms = {"api", "errors.py", "loaders", "models", "strategies"}
    for component in discover().of(kind):
        if component.distribution == "albench":
            module = component.descriptor.target.partition(":")[0]
            files = source_digest(module).files
            assert {path.relative_to(folder).parts[0] for path in files} <= rooms, module

"""A site shows what its sources say, joins what can be compared, and keeps nothing else."""

from __future__ import annotations

import shutil
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from albench.bundle.checking import check_bundle
from albench.bundle.writing import pack_records
from albench.cli import main
from albench.planning.cells import digest
from albench.site import changes
from albench.site.addresses import address
from albench.site.building import build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from albench.records.tables import Records

    Make = Callable[..., Path]

OURS = {"core/random": 0.2, "core/margin": 0.3}
THEIRS = {"core/random": 0.2, "lab/clever": 0.5}
TITLE = "Compared"

N_CELLS = 6
"""Of one source, in two repetitions of two strategies and all labels."""


@pytest.fixture(scope="module", autouse=True)
def _leave_reports_short(
    reports_of_facts: Callable[[], AbstractContextManager[None]],
) -> Iterator[None]:
    """Let the reports of a site have the sections of facts alone: nobody looks at them."""
    with reports_of_facts():
        yield


@pytest.fixture
def make(records_of: Callable[..., Records], tmp_path: Path) -> Make:
    """A factory of bundles."""

    def make(file: str, skills: dict[str, float], salt: int = 0, **changes: Any) -> Path:
        path = tmp_path / file
        pack_records(records_of(skills, salt, **{"repetitions": 2} | changes), path)
        return path

    return make


def plugin(name: str, **changes: str) -> dict[str, Any]:
    texts = dict.fromkeys(("distribution", "citation", "summary", "source", "source_file"), "x")
    facts = {"version": "1", "component_version": 1, "tags": [], "is_working_copy": False}
    return {"name": name, "kind": "strategy", **texts, **facts, **changes}


class Page(HTMLParser):
    """The tags and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value for key, value in attrs if key in {"href", "src"} and value]


def pages(site: Path) -> dict[Path, Page]:
    paths = sorted(p for p in site.rglob("*.html") if "report" not in p.parts)
    return {path: Page(path.read_text(encoding="utf-8")) for path in paths}


def test_strategies_of_several_sources_are_ranked_together(make: Make, tmp_path: Path) -> None:
    sources = [make("ours.zip", OURS, repetitions=6), make("theirs.zip", THEIRS, repetitions=6)]
    build(sources, tmp_path / "site", TITLE)
    text = (tmp_path / "site" / "toy" / "index.html").read_text()
    table = text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert table.index("clever") < table.index("margin")
    assert "theirs.zip" in text
    assert "No cell has two different results" in text


def test_one_repetition_has_no_interval(make: Make, tmp_path: Path) -> None:
    source = make("ours.zip", OURS, repetitions=1, plugins=[plugin("core/margin")])
    build([source], tmp_path / "site", TITLE)
    for page in ("toy/index.html", f"strategies/{address('core/margin')}.html"):
        text = (tmp_path / "site" / page).read_text()
        assert "<td>–</td>" in text
        assert "nan" not in text.rpartition("<tbody>")[2]


@pytest.fixture(scope="module")
def site(records_of: Callable[..., Records], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one source, the whole of its matrix; not to be changed."""
    folder = tmp_path_factory.mktemp("site")
    plugins = [
        plugin("core/random"),
        plugin("lab/oracle", tags=["oracle"]),  # type: ignore[arg-type]  # the only list
        plugin("lab/unused"),
        plugin("core/margin"),
    ]
    skills = {"core/random": 0.2, "lab/oracle": 0.4, "core/margin": 0.3}
    pack_records(records_of(skills, repetitions=2, plugins=plugins), folder / "ours.zip")
    build([folder / "ours.zip"], folder / "site", TITLE)
    return folder / "site"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("core/random", "No rank: it is the measure"),
        ("lab/oracle", "No rank: it reads labels"),
        ("lab/unused", "No rank: it has no results here"),
        ("core/margin", "1 of 1"),
    ],
)
def test_a_card_says_why_a_strategy_has_no_rank(site: Path, name: str, reason: str) -> None:
    assert reason in (site / "strategies" / f"{address(name)}.html").read_text()


def test_a_page_says_that_its_results_are_a_slice(make: Make, site: Path, tmp_path: Path) -> None:
    part = make("a.zip", OURS, slice="--cohort x", matrix_cells=40)
    build([part], tmp_path / "site", TITLE)
    text = (tmp_path / "site" / "toy" / "index.html").read_text()
    assert f"A slice: {N_CELLS} of the 40 cells of the matrix are here." in text
    assert "<td>--cohort x</td>" in text
    text = (site / "toy" / "index.html").read_text()
    assert "A slice" not in text
    assert "<td>whole matrix</td>" in text


def test_every_link_leads_to_a_file_of_the_site(site: Path) -> None:
    lost = [
        (path.name, link)
        for path, page in pages(site).items()
        for link in page.links
        if link != "data:," and not (path.parent / unquote(link)).is_file()
    ]
    assert lost == []


HOSTILE = "<script>alert('&\"')</script>"


def test_names_are_text_wherever_they_stand(make: Make, tmp_path: Path) -> None:
    strategy = f"lab/{HOSTILE}".replace("</", "<\\")
    source = make(
        "<img src=x>.zip",
        {"core/random": 0.2, strategy: 0.4},
        name=f"../../{HOSTILE}",
        title=HOSTILE,
        question=HOSTILE,
        plugins=[plugin(strategy, summary=HOSTILE, citation=HOSTILE, version=HOSTILE)],
    )
    site = tmp_path / "site"
    before = set(tmp_path.iterdir())
    build([source], site, HOSTILE, "https://example.org")
    assert set(tmp_path.iterdir()) - before == {site}
    for page in pages(site).values():
        assert not {"script", "iframe"} & set(page.tags)
        assert all(not link.startswith(("javascript:", "http")) for link in page.links)
        assert "x" not in page.links
    feed = ET.fromstring((site / "feed.xml").read_text())  # noqa: S314  # written a line before
    assert feed.findtext("{*}title") == HOSTILE


@pytest.mark.parametrize("name", ["../up", "a/b", "index", "strategies", "", "..", "=cmd", "A"])
def test_addresses_are_plain_and_their_own(name: str) -> None:
    assert set(address(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert address(name) not in {"", "index", "strategies", address(name + "!")}


def test_conflicts_are_shown_with_both_sources(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = make("ours.zip", OURS), make("theirs.zip", OURS, salt=1)
    status = main(["site", str(ours), str(theirs), "-o", str(tmp_path / "site")])
    assert status == 1
    assert "differ between ours.zip, which counts, and theirs.zip" in capsys.readouterr().out
    text = (tmp_path / "site" / "toy" / "index.html").read_text()
    conflicts = text.partition("<h2>Conflicts")[2].partition("<h2>Downloads")[0]
    assert conflicts.count("<td>ours.zip</td><td>theirs.zip</td>") == N_CELLS
    sources = text.partition("<h2>Sources")[2].partition("<h2>Conflicts")[0]
    assert sources.count("<tr><td>") == 2


def test_results_of_other_settings_are_not_mixed(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = make("ours.zip", OURS)
    theirs = _with_budget(make("theirs.zip", THEIRS), 20)
    assert main(["site", str(ours), str(theirs), "-o", str(tmp_path / "site")]) == 2
    assert "has another budget than in ours.zip" in capsys.readouterr().err
    assert not (tmp_path / "site").exists()


def _with_budget(bundle: Path, initial: int) -> Path:
    """Return a bundle of the same results with another budget, in agreement with itself."""
    records = check_bundle(bundle).records
    renamed = {}
    cells = []
    for cell in records.run.cells:
        identity = cell.identity | {"budget": {"initial": initial}}
        renamed[cell.cell] = digest(identity)
        cells.append(cell.model_copy(update={"identity": identity, "cell": digest(identity)}))
    run = records.run.model_copy(update={"cells": tuple(cells)})
    ends = {
        renamed[name]: replace(end, cell=renamed[name]) for name, end in records.finished.items()
    }
    pack_records(replace(records, run=run, finished=ends, attempts={}), bundle)
    return bundle


def test_a_site_replaces_only_a_site(
    make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    ours = make("ours.zip", OURS)
    assert main(["site", str(ours), "-o", str(tmp_path / "mine")]) == 2
    assert "contains files other than a site" in capsys.readouterr().err
    assert main(["site", str(ours), "-o", str(tmp_path)]) == 2
    assert (tmp_path / "mine" / "letter.txt").read_text() == "dear"


def test_a_bad_bundle_leaves_the_site_as_it_was(make: Make, site: Path, tmp_path: Path) -> None:
    ours, copy = make("ours.zip", OURS), Path(shutil.copytree(site, tmp_path / "site"))
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    assert main(["site", str(ours), str(tmp_path / "bad.zip"), "-o", str(copy)]) == 2
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


def test_the_feed_tells_only_what_changed_and_what_is_left_out_leaves_nothing(
    make: Make, tmp_path: Path
) -> None:
    ours, site = make("ours.zip", OURS), tmp_path / "site"
    build([ours], site, TITLE)
    build([ours], site, TITLE)
    assert len(changes.earlier_changes(site).changes) == 1
    build([ours, make("theirs.zip", THEIRS)], site, TITLE, "https://example.org/al")
    listed = changes.earlier_changes(site).changes
    assert [change.text for change in listed] == [
        f"Changed: {N_CELLS + 2} cells from 2 sources.",
        f"New: {N_CELLS} cells from 1 source.",
    ]
    assert 'href="https://example.org/al/toy/index.html"' in (site / "feed.xml").read_text()
    build([ours], site, TITLE)
    content = b"".join(path.read_bytes() for path in site.rglob("*") if path.is_file())
    assert b"clever" not in content
    assert b"theirs" not in content

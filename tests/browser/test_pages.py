"""Pages of published results: no console output, fit the screen, accessible, print completely."""

from __future__ import annotations

import functools
import importlib.util
import io
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.xdist_group("browser")  # one browser, and each page drawn once

ROOT = Path(__file__).parents[2]
PUBLISHED = ("quickstart", "mmfn-al", "strategies", "traps")
PART = "a part of quickstart"
PAGES = [PART, *(pytest.param(name, marks=pytest.mark.sweep) for name in PUBLISHED)]
NARROW = 375
WIDTHS = (NARROW, *(pytest.param(width, marks=pytest.mark.sweep) for width in (800, 1400)))
SCHEMES = ("light", pytest.param("dark", marks=pytest.mark.sweep))
BYTES_A_CELL, LEAST_BYTES = 450, 1_000_000
"""What a page may take: text is most of it, and what it says of each cell."""
PORTRAIT, LANDSCAPE = 695, 1024
"""Pixels between the margins of a sheet of A4."""

SCREEN = {"width": 1400, "height": 900}

UNFOLD = "for (const d of document.querySelectorAll('details')) d.open = true"

KEEP_ONE_OF_EACH = """() => {
  const kind = (part) => [part.tagName, ...part.attributes.length ? [part.className.baseVal
    ?? part.className, part.getAttributeNames().join()] : [], [...part.children].map(kind)].join();
  for (const group of document.querySelectorAll("tbody, svg, g, ul, ol, .panels")) {
    const seen = new Set();
    for (const part of [...group.children]) {
      if (seen.has(kind(part))) part.remove();
      seen.add(kind(part));
    }
  }
}"""
"""Leave out of tables, lists and figures what differs from the first of its kind in texts alone."""

has_axe = importlib.util.find_spec("axe_playwright_python") is not None
has_pypdf = importlib.util.find_spec("pypdf") is not None
pages = pytest.mark.parametrize("name", PAGES)


@pytest.fixture(scope="module")
def shown(report: Callable[[str], Path], browser: Any) -> Iterator[Callable[..., Any]]:
    """A function that opens a page once for all tests that do not change it."""
    contexts = []

    @functools.cache
    def show(name: str, **settings: Any) -> Any:
        contexts.append(browser.new_context(viewport=SCREEN, **settings))
        window = contexts[-1].new_page()
        window.set_default_timeout(5_000)
        window.goto(report(name).as_uri())
        return window

    yield show
    for context in contexts:
        context.close()


@pytest.fixture
def looked_at(shown: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """A function that shows a page on a screen, in a window that tests share."""
    windows = []

    def show(name: str, **settings: Any) -> Any:
        windows.append(shown(name, **settings))
        return windows[-1]

    yield show
    for window in windows:
        window.emulate_media(media="null")
        window.set_viewport_size(SCREEN)


@pages
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_says_nothing_asks_for_nothing_and_fits_and_every_column_can_be_reached(
    report: Callable[[str], Path],
    opened: Callable[..., Any],
    complaints: list[str],
    name: str,
    width: int,
    scheme: str,
) -> None:
    window = opened(report(name), width=width, color_scheme=scheme)
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    window.evaluate(UNFOLD)
    assert window.evaluate("document.documentElement.scrollWidth") <= width
    if width == NARROW:
        assert out_of_reach(window) == []
    assert complaints == []


def out_of_reach(window: Any) -> list[str]:
    """Return the tables with a column that cannot be scrolled to while the first one stays."""
    labels: list[str] = window.evaluate("""() => {
      return [...document.querySelectorAll(".scroll")].filter((box) => {
        box.scrollLeft = 1e6;
        const frame = box.getBoundingClientRect();
        const cells = [...box.querySelector("tbody tr").cells];
        const stays = cells[box.querySelector(".by-strategy") ? 1 : 0].getBoundingClientRect();
        const isWide = box.scrollWidth > box.clientWidth + 1;
        return cells.at(-1).getBoundingClientRect().right > frame.right + 1
          || (isWide && Math.abs(stays.left - frame.left) > 1) || stays.width > frame.width * 0.75;
      }).map((box) => box.getAttribute("aria-label"));
    }""")
    return labels


@pages
def test_no_figure_is_stretched(looked_at: Callable[..., Any], name: str) -> None:
    window = looked_at(name)
    widths = window.evaluate("""() => [...document.querySelectorAll("figure svg")]
      .map((svg) => [svg.getBoundingClientRect().width, svg.viewBox.baseVal.width])""")
    assert widths
    assert [pair for pair in widths if pair[0] > 1.34 * pair[1]] == []  # points are 4/3 pixels


@pages
def test_at_most_three_words_are_bold_on_the_first_screen(
    looked_at: Callable[..., Any], name: str
) -> None:
    window = looked_at(name)
    bold = window.locator("main > section").first.locator("strong:visible").all()
    seen = [b.inner_text() for b in bold if b.bounding_box()["y"] < 900]
    assert len(" ".join(seen).split()) <= 3
    headline = window.locator(".headline")
    assert headline.count() == 1
    assert headline.bounding_box()["y"] < 500
    assert window.locator(".intervals").first.bounding_box()["y"] < 700


@pages
def test_a_page_is_small(report: Callable[[str], Path], name: str) -> None:
    assert report(name).stat().st_size < most_bytes(name)


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_page_is_small_where_it_is_published(name: str) -> None:
    assert (ROOT / "results" / name / "report" / "index.html").stat().st_size < most_bytes(name)


def most_bytes(name: str) -> int:
    if name == PART:
        return LEAST_BYTES // 2
    n_cells = (ROOT / "results" / name / "cells.csv").read_bytes().count(b"\n") - 1
    return max(BYTES_A_CELL * n_cells, LEAST_BYTES)


@pages
@pytest.mark.timeout(1200)  # it looks at each of some 100,000 elements
@pytest.mark.skipif(not has_axe, reason="axe-playwright-python is not installed")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_nothing(
    report: Callable[[str], Path], opened: Callable[..., Any], name: str, scheme: str
) -> None:
    window = opened(report(name), color_scheme=scheme)
    if name == PART:
        window.evaluate(KEEP_ONE_OF_EACH)
    assert violations(window) == {}


@pytest.mark.sweep
@pytest.mark.skipif(not has_axe, reason="axe-playwright-python is not installed")
def test_axe_finds_nothing_where_something_is_chosen(
    opened: Callable[..., Any], by_hand: Path
) -> None:
    window = opened(by_hand, "#cohort=digits&follow=margin&follow=m-1&sort.all-auc=2.up", width=375)
    assert violations(window) == {}


def violations(window: Any) -> dict[str, str]:
    """Return the rules that a page breaks with all its folds open, and where first."""
    from axe_playwright_python.sync_playwright import Axe

    window.evaluate(UNFOLD)
    violated = Axe().run(window).response["violations"]
    return {entry["id"]: entry["nodes"][0]["html"][:300] for entry in violated}


@pages
def test_a_page_is_whole_without_scripts(looked_at: Callable[..., Any], name: str) -> None:
    window = looked_at(name, java_script_enabled=False)
    assert window.locator("#choose").is_hidden()
    assert window.locator("button:visible").count() == 0
    assert window.locator("section:visible").count() == window.locator("section").count()
    assert window.locator(".panel:visible").count() == window.locator(".panel").count() > 0
    fold = window.locator("main details:visible").first
    fold.locator("summary").click()
    assert fold.locator("> :not(summary)").first.is_visible()


@pytest.mark.sweep
@pages
@pytest.mark.skipif(not has_pypdf, reason="pypdf is not installed")
@pytest.mark.parametrize("scripts", [True, pytest.param(False, marks=pytest.mark.sweep)])
def test_all_that_is_folded_is_printed_and_no_sheet_is_empty(
    report: Callable[[str], Path], opened: Callable[..., Any], name: str, scripts: bool
) -> None:
    from pypdf import PdfReader

    window = opened(report(name), java_script_enabled=scripts)
    sheets = PdfReader(io.BytesIO(window.pdf(prefer_css_page_size=True))).pages
    texts = [" ".join(sheet.extract_text().split()) for sheet in sheets]
    assert [i for i, text in enumerate(texts) if len(text) < 30] == []
    whole = "".join(unicodedata.normalize("NFKC", "".join(texts)).split())  # no ligatures
    captions = window.locator(".tabled details .caption").all_text_contents()
    assert captions
    assert [text for text in captions if "".join(text.split())[:25] not in whole] == []


@pages
def test_no_table_is_wider_than_the_sheet_that_it_is_printed_on(
    looked_at: Callable[..., Any], name: str
) -> None:
    window = looked_at(name)
    window.emulate_media(media="print")
    for width, selector in ((PORTRAIT, ":not(.sideways)"), (LANDSCAPE, ".sideways")):
        window.set_viewport_size({"width": width, "height": 900})
        tables = window.locator(f".tabled{selector} table")
        widths = tables.evaluate_all(
            "all => all.map((t) => [t.parentElement.ariaLabel, t.getBoundingClientRect().width])"
        )
        assert [each for each in widths if each[1] > width] == []


@pytest.mark.parametrize("name", [PART])
def test_names_are_read_out_with_the_values_of_a_figure(
    looked_at: Callable[..., Any], name: str
) -> None:
    window = looked_at(name, java_script_enabled=False)
    chart = window.locator("svg.curves").first
    assert chart.get_attribute("role") == "img"
    described = [
        window.locator(f"#{part}").text_content()
        for part in chart.get_attribute("aria-labelledby").split()
    ]
    assert described[0] == "accuracy by labelled candidates, digits: fourier"
    assert "margin 0." in described[1]

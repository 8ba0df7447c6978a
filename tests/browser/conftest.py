"""A headless Chromium that opens reports of published results and a hand-made page."""

from __future__ import annotations

import base64
import functools
import importlib.util
import math
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.figure import Figure as Drawing

from albench.first_pictures import as_webp
from albench.reporting.build import sections
from albench.reporting.content import Figure, Gallery, Headline, Pick, Section, Table, Text
from albench.reporting.load import load
from albench.reporting.page import page
from albench.reporting.panels import Curves, Interval, Intervals, PanelBlock, StrategyCurve
from albench.reporting.plots import Plot
from albench.reporting.sliced import sliced
from albench.reporting.table_cells import TableCell
from albench.spec.slices import Slice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((path for path in map(shutil.which, NAMES) if path), None)
LACKS = (
    "playwright is not installed"
    if importlib.util.find_spec("playwright") is None
    else f"none of {', '.join(NAMES)} is on the path"
    if BROWSER is None
    else ""
)
FLAGS = ("--disable-gpu", "--disable-extensions", "--disable-background-networking")
"""Nothing that a page of text and lines needs."""

STRATEGIES = (
    "random",
    "=cmd()",
    'say "no", <b>',
    "-1+cmd & b",
    "margin",
    *(f"m-{i}" for i in (*range(8), 10, 11)),
)
BLANK = Plot(Drawing, ())
BLOCKS = tuple(
    (cohort, modalities, model, budget)
    for cohort in ("digits", "liver")
    for modalities in ("LSTE", "LSTE+LUS")
    for model in ("small", "large")
    for budget in ("low", "high")
    if ((cohort == "liver") + ("+" in modalities) + (model == "large") + (budget == "high")) % 2
    == 0
)
"""Half of all combinations: every two values of different kinds are together in two of them."""

PART = "a part of quickstart"
"""The page of three strategies on two cohorts, one of which has pictures."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none, and say why."""
    if LACKS:
        for item in items:
            if "browser" in item.path.parent.parts[-1:]:
                item.add_marker(pytest.mark.skip(reason=LACKS))


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A browser that Playwright drives."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function that draws the page of published results; their figures are not rendered."""
    folder = tmp_path_factory.mktemp("pages")

    @functools.cache
    def draw(name: str) -> Path:
        records = load(ROOT / "results" / name.rpartition(" ")[2])
        if name == PART:
            few = {"cohort": ["digits", "liver"], "strategy": ["bald", "esd", "margin"]}
            records = sliced(records, Slice(few))
        heading = records.manifest.title, records.manifest.question
        path: Path = folder / f"{name}.html"
        path.write_text(page(*heading, sections(records)), encoding="utf-8")
        return path

    return draw


@pytest.fixture(scope="session")
def all_sorts() -> Table:
    """A table of numbers of all sizes, and of what is no number."""
    rng = np.random.default_rng(0)
    floats = rng.normal(size=120) * 10.0 ** rng.integers(-12, 9, 120)
    floats[:4] = [math.nan, math.inf, -math.inf, 0.25]
    rows = [
        (
            f"{i % 3}",
            TableCell("x", {" value": value, " n": i % 7, " word": "1e-05" if i % 2 else "-"}),
        )
        for i, value in enumerate(floats.tolist())
    ]
    return Table("all-sorts", "All sorts", "", ("a", "b"), tuple(rows))


@pytest.fixture(scope="session")
def by_hand(tmp_path_factory: pytest.TempPathFactory, all_sorts: Table) -> Path:
    """A page with eight blocks, two metrics, and strategies of odd names."""
    path: Path = tmp_path_factory.mktemp("hand") / "page.html"
    parts = [
        Section("The answer", [Headline("It depends."), Text(("**Folded**.",), fold="More")]),
        Section("Numbers", [all_sorts]),
        Section("What was bought", [_gallery()]),
        *(Section(metric, _metric(metric)) for metric in ("accuracy", "auc")),
    ]
    path.write_text(page("Odd", "Which?", parts), encoding="utf-8")
    return path


def _gallery() -> Gallery:
    picture = base64.b64encode(as_webp(np.zeros((1, 8, 8), np.uint8))).decode()
    picks = tuple(
        Pick("F0", tuple((f"F0, {key} sample {i}", picture) for key in ("LSTE", "LUS")))
        for i in range(6)
    )
    return Gallery("First picks", "What.", BLOCKS[-1], (("random", picks), ("m-7", picks)))


def _metric(metric: str) -> list[Figure | Table]:
    places = [PanelBlock(": ".join((b[0], ", ".join(b[1:]))), b) for b in BLOCKS]
    curves = tuple(Curves(place, _lines(), "labels", metric, 0.95) for place in places)
    areas = tuple(Intervals(place, _rows(), metric) for place in places)
    columns = ("block", "strategy", "area", "labels")
    values = {" mean": 0.9, " low": 0.8, " high": 1.0, " n": 6}
    area = TableCell("0.9 ± 0.1", values)
    numbers = [(area, "–"), (TableCell("0.10", values), "more"), (TableCell("−0.5", values), "12")]
    numbers.append((TableCell("1.5e-3 ▲", values), "9"))
    rows = tuple(
        (place.name, name, *numbers[i % 4]) for place in places for i, name in enumerate(STRATEGIES)
    )
    heads = ("block", *STRATEGIES)
    grid = tuple((place.name, *(f"0.{i}" for i in range(len(STRATEGIES)))) for place in places)
    differences = tuple(
        Curves(place, _lines(), "labels", metric, has_bars=True) for place in places[:2]
    )
    return [
        Figure(f"curves-{metric}", "Curves.", BLANK, curves),
        Figure(f"differences-{metric}", "Differences.", BLANK, differences),
        Figure(f"areas-{metric}", "Areas.", BLANK, areas),
        Table(f"all-{metric}", "Everything", "What.", columns, rows),
        Table(f"grid-{metric}", "Grid", "", heads, grid, is_folded=True),
    ]


def _lines() -> tuple[StrategyCurve, ...]:
    looks = ["base", *(f"k{i}" for i in range(4)), *["faint"] * 10]
    pairs = zip(STRATEGIES, looks, strict=True)
    xs = (10.0, 20.0, 30.0)
    return tuple(
        StrategyCurve(
            name,
            look,
            xs,
            tuple(0.5 + 0.01 * i + x / 100 for x in xs),
            (math.nan, 0.5, 0.6),
            (math.nan, 0.9, 0.9),
            (1, 6, 6),
        )
        for i, (name, look) in enumerate(pairs)
    )


def _rows() -> tuple[Interval, ...]:
    verdicts = ["better", "worse", "undecided"]
    return tuple(
        Interval(
            name, verdicts[i % 3], 0.1 - 0.01 * i, -0.2, 0.2, -0.3, math.nan if i == 5 else 0.3
        )
        for i, name in enumerate(STRATEGIES[1:])
    )


@pytest.fixture
def complaints() -> list[str]:
    """What the console said, and what was asked of the network."""
    return []


@pytest.fixture
def opened(browser: Any, complaints: list[str]) -> Iterator[Callable[..., Any]]:
    """A function that opens a page in a fresh window."""
    contexts = []

    def open_page(path: Path, fragment: str = "", width: int = 1400, **settings: Any) -> Any:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **settings))
        window = contexts[-1].new_page()
        window.set_default_timeout(5_000)
        window.on("console", lambda message: complaints.append(message.text))
        window.on("pageerror", lambda error: complaints.append(str(error)))
        window.on("request", lambda request: complaints.append(request.url))
        window.goto(f"{path.as_uri()}{fragment}")
        complaints.remove(path.as_uri())  # the page itself was asked for
        return window

    yield open_page
    for context in contexts:
        context.close()

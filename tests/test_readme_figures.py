"""Figures in the README and the quick start match the pages named beside them."""

from __future__ import annotations

import csv
import math
import re
import statistics
from pathlib import Path

import pytest

from albench.shipped import benchmark_overviews

ROOT = Path(__file__).parents[1]
TEXTS = (ROOT / "README.md", ROOT / "docs" / "quickstart.md")
PAGE = re.compile(r"\((?:\.\./)?results/([\w-]+)/report/report\.md\)")
DIFFERENCE = re.compile(r"[+−±]\d+\.\d+")
CELLS = re.compile(r"([\d,]+) cells")
RUN_FOR = re.compile(r"about (\d+)\s+minutes\s+with\s+two\s+at\s+once")
SPAN = re.compile(r"([+−]\d+\.\d+)[^()]*\(?[^()]*?([+−]\d+\.\d+) to ([+−]\d+\.\d+)")
PEEKING = re.compile(r"of this by peeking \|(.+)\|")

PARAGRAPHS = [
    pytest.param(" ".join(paragraph.split()), link[1], id=f"{path.stem}-{link[1]}")
    for path in TEXTS
    for paragraph in path.read_text(encoding="utf-8").split("\n\n")
    if (link := PAGE.search(paragraph))
]


def page(name: str) -> str:
    return (ROOT / "results" / name / "report" / "report.md").read_text(encoding="utf-8")


def test_every_picture_of_the_gallery_is_one_that_is_published() -> None:
    gallery = ROOT / "docs" / "gallery.md"
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", gallery.read_text(encoding="utf-8"))
    paths = [(gallery.parent / picture).resolve() for picture in pictures]
    assert paths
    assert all(path.is_file() and path.is_relative_to(ROOT / "results") for path in paths)


@pytest.mark.parametrize(("paragraph", "name"), PARAGRAPHS)
def test_numbers_of_cells_are_those_planned(paragraph: str, name: str) -> None:
    planned = re.search(r"All (\d+) planned cells", page(name))
    assert planned is not None
    assert [count.replace(",", "") for count in CELLS.findall(paragraph)] == [planned[1]]


@pytest.mark.parametrize(("paragraph", "name"), PARAGRAPHS)
def test_differences_stand_on_the_page(paragraph: str, name: str) -> None:
    answer = page(name).partition("**Mean accuracy")[0]
    assert [value for value in DIFFERENCE.findall(paragraph) if value not in answer] == []


@pytest.mark.parametrize(("paragraph", "name"), PARAGRAPHS)
def test_the_best_strategy_s_difference_and_interval_are_those_of_one_row(
    paragraph: str, name: str
) -> None:
    span = SPAN.search(paragraph)
    if span is None:
        assert name not in {"quickstart", "strategies"}
        return
    bounds = ("difference", "low, all at once", "high, all at once")
    best = next(row for row in overall(name) if row["low, all at once"])
    assert span.groups() == tuple(
        f"{float(best[bound]):+.3f}".replace("-", "−") for bound in bounds
    )


def overall(name: str) -> list[dict[str, str]]:
    """Return the strategies of a page in the order of their difference to random."""
    table = ROOT / "results" / name / "report" / "tables" / "overall-accuracy.csv"
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def paragraph_of(name: str) -> str:
    return next(str(param.values[0]) for param in PARAGRAPHS if param.values[1] == name)


def test_who_beats_random_and_who_is_worse_is_counted() -> None:
    verdicts = [row["verdict"] for row in overall("strategies")]
    match = re.search(
        r"(\d+) strategies\s+beat random.* and (\d+) are worse",
        paragraph_of("strategies"),
        re.DOTALL,
    )
    assert match is not None
    assert [int(n) for n in match.groups()] == [verdicts.count("better"), verdicts.count("worse")]


def test_who_buys_copies_is_counted() -> None:
    fell = re.search(r"\*\*duplicates\*\*.* Of (\d+) strategies: (\d+) fell", page("traps"))
    match = re.search(r"(\d+) of (\d+) buy copies", paragraph_of("traps"))
    assert fell is not None
    assert match is not None
    assert match.groups() == (fell[2], fell[1])


@pytest.mark.parametrize("name", ["mmfn-al", "strategies", "traps"])
def test_the_minutes_are_those_that_the_list_of_benchmarks_says(name: str) -> None:
    seconds = re.search(r"all cells together took (\d+) s", page(name))
    minutes = RUN_FOR.search(paragraph_of(name))
    (overview,) = [one for one in benchmark_overviews() if one.name == name]
    assert seconds is not None
    assert minutes is not None
    assert overview.jobs == 2
    assert round(int(seconds[1]) / 120) == int(minutes[1])
    assert f"about {minutes[1]} minutes with 2 at once" in overview.as_text()


def test_the_gain_by_peeking_is_the_smallest_and_the_largest_of_the_page() -> None:
    gains = [
        float(cell.split(" / ")[1])
        for line in PEEKING.findall(page("mmfn-al"))
        for cell in line.split("|")
        if " / " in cell
    ]
    matched = re.search(r"adds ([\d.]+) to ([\d.]+) points", paragraph_of("mmfn-al"))
    assert matched is not None
    assert matched.groups() == (f"{min(gains):.1f}", f"{max(gains):.1f}")


def test_the_claims_decided_are_those_of_the_page() -> None:
    found = re.search(
        r"paper's 15 claims (\d+) hold on .* of (\d+) the opposite holds", page("mmfn-al")
    )
    assert found is not None
    assert found.groups() == ("6", "6")
    assert "decide 12 of the paper's 15 claims. Six hold: " in paragraph_of("mmfn-al")
    assert "Against six the opposite holds: " in paragraph_of("mmfn-al")


def test_the_readme_is_a_screen_and_both_texts_name_a_page() -> None:
    assert len(TEXTS[0].read_text(encoding="utf-8").splitlines()) <= 60
    assert {str(param.id).partition("-")[0] for param in PARAGRAPHS} == {"README", "quickstart"}


def speeds(name: str) -> str:
    return (ROOT / "docs" / f"speed-{name}.md").read_text(encoding="utf-8")


def lockstep_ratios() -> dict[str, tuple[str, str]]:
    """Return by slice how many times as fast all of it is in lockstep, and its training."""
    row = re.compile(
        r"^\| ([^|]+) \| \d+ \| one by one .*\n"
        r"\|  \| \d+ \| lockstep \| [\d.]+ \((\d+\.\d) x\) \| \d+ \| [\d.]+ \((\d+\.\d) x\)",
        re.MULTILINE,
    )
    return {name: (whole, training) for name, whole, training in row.findall(speeds("lockstep"))}


def plain_ratios() -> tuple[str, ...]:
    """Return how many times as long a plain loop takes with scikit-learn, and with skorch."""
    return tuple(re.findall(r"\| (\d\.\d) x \|", speeds("plain-loop")))


def test_speeds_in_the_readme_are_those_of_the_tables() -> None:
    paragraph = " ".join(TEXTS[0].read_text(encoding="utf-8").split())
    ratios = lockstep_ratios()
    digits, training = ratios["strategies, digits, low"]
    quickstart = sorted(whole for name, (whole, _) in ratios.items() if "quickstart" in name)
    assert (
        f"done {digits} times as fast as one by one, their training {training} times" in paragraph
    )
    assert f"all of `strategies` {' and '.join(ratios['strategies'])} times" in paragraph
    assert f"of the quickstart {quickstart[0]} to {quickstart[-1]} times" in paragraph
    sklearn, skorch = plain_ratios()
    assert f"takes {skorch} times as long with a torch network" in paragraph
    assert f"and {sklearn} times with scikit-learn's perceptron" in paragraph


def test_figures_of_speed_in_the_quick_start_are_those_of_the_tables() -> None:
    text = TEXTS[1].read_text(encoding="utf-8")
    ratios = lockstep_ratios()
    digits, training = ratios["strategies, digits, low"]
    low, high = sorted(whole for name, (whole, _) in ratios.items() if "quickstart" in name)
    assert f"| {digits} / {training} times as fast (targets 5 and 10: missed);" in text
    assert f"; {' / '.join(ratios['strategies'])} times (the same targets: missed); {low}" in text
    assert f"{low} and {high} times (target 2: met) |" in text
    sklearn, skorch = plain_ratios()
    assert f"albench {skorch} / {sklearn} times as fast (target 10: missed)" in text
    means = [
        float(mean) for mean in re.findall(r"\| ([\d.]+) \| (?:met|missed) \|", speeds("queries"))
    ]
    assert f"{min(means)} to {max(means)} times as fast (target 3: met by one)" in text
    assert sum(mean >= 3 for mean in means) == 1
    planning = re.search(r"\| planning \| 99,960 \| ([\d.]+) \|", speeds("runner"))
    empty = re.search(r"\| empty cell .*\| (\d+)\.\d+ ms \|", speeds("runner"))
    first = re.search(r"\| first cell of the quickstart \| 1 \| ([\d.]+) \|", speeds("runner"))
    assert planning is not None
    assert empty is not None
    assert first is not None
    assert (
        f"| {float(planning[1]):.1f} s; {int(empty[1]) / 1000:.2f} s (target 0.15: met); "
        f"{float(first[1]):.1f} s (target 3: missed) |"
    ) in text


def test_ratios_to_peers_are_those_of_their_table() -> None:
    said = re.search(
        r"geometric mean ([\d.]+) x faster, at least ([\d.]+) x",
        TEXTS[1].read_text(encoding="utf-8"),
    )
    peers = speeds("strategies").partition("## Against peers")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([\w-]+)` \|(?:[^|]*\|){4} ([\d.]+) \|", peers, re.MULTILINE)
    slowest: dict[str, float] = {}
    for name, ratio in rows:
        slowest[name] = min(float(ratio), slowest.get(name, math.inf))
    assert said is not None
    assert said[1] == f"{statistics.geometric_mean(slowest.values()):.1f}"
    assert said[2] == f"{min(slowest.values()):.1f}"

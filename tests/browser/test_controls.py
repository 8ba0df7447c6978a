"""Each control of the page changes what it should, and the address keeps it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from albench.reporting.data_files import as_csv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from albench.reporting.content import Table

pytestmark = pytest.mark.xdist_group("browser")  # one browser for all that needs one

N_BLOCKS, N_DIFFERENCES, N_STRATEGIES = 8, 4, 15
ODD = 'say "no", <b>'


@pytest.fixture(scope="module")
def same_window(browser: Any) -> Iterator[Any]:
    """A window in which one page after the other is opened: a new one takes half of a second."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    window = context.new_page()
    window.set_default_timeout(5_000)
    yield window
    context.close()


@pytest.fixture
def window(same_window: Any, by_hand: Path) -> Any:
    same_window.goto("about:blank")  # so that the page is read anew, whatever was chosen before
    same_window.mouse.move(0, 0)
    same_window.goto(by_hand.as_uri())
    same_window.locator("#choose summary").click()
    return same_window


def visible(window: Any, selector: str) -> int:
    """Return how many elements are seen."""
    return int(window.locator(f"{selector}:visible").count())


def view(window: Any) -> dict[str, list[str]]:
    """Return what the address says is chosen."""
    return parse_qs(urlsplit(window.url).fragment)


@pytest.mark.sweep
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cohort", "liver"),
        pytest.param("modalities", "LSTE+LUS", marks=pytest.mark.sweep),
        pytest.param("model", "large", marks=pytest.mark.sweep),
        pytest.param("budget", "low", marks=pytest.mark.sweep),
    ],
)
def test_half_of_the_blocks_are_chosen(
    window: Any, opened: Callable[..., Any], by_hand: Path, key: str, value: str
) -> None:
    rows = visible(window, "[data-name=all-auc] tbody tr")
    window.locator(f"select[name={key}]").select_option(value)
    assert visible(window, "[data-name=curves-accuracy] .panel") == N_BLOCKS / 2
    assert visible(window, "[data-name=areas-auc] .panel") == N_BLOCKS / 2
    assert visible(window, "[data-name=all-auc] tbody tr") == rows / 2
    assert view(window) == {key: [value]}
    again = opened(by_hand, f"#{urlsplit(window.url).fragment}")
    assert visible(again, "[data-name=curves-accuracy] .panel") == N_BLOCKS / 2
    assert again.locator(f"select[name={key}]").input_value() == value


def test_a_metric_is_chosen_with_its_section_and_its_link(window: Any) -> None:
    window.locator("select[name=metric]").select_option("auc")
    assert not visible(window, "#accuracy")
    assert visible(window, "#auc")
    assert not visible(window, 'nav a[href="#accuracy"]')
    assert visible(window, "#the-answer")


def test_ticked_strategies_are_shown_beside_random_alone(window: Any) -> None:
    for name in ("margin", ODD):
        window.get_by_label(name, exact=True).check()
    panel = "[data-name=curves-accuracy] .panel >> nth=0"
    assert window.locator(panel).locator(".line:not(.name):visible").count() == 3
    assert visible(window, "[data-name=all-accuracy] tbody tr") == 3 * N_BLOCKS
    window.locator("[data-name=grid-accuracy] summary").click()
    assert window.locator("[data-name=grid-accuracy] thead th:visible").count() == 1 + 3
    assert view(window) == {"show": ["margin", ODD]}
    window.locator("button[type=reset]").click()
    assert visible(window, "[data-name=all-accuracy] tbody tr") == N_STRATEGIES * N_BLOCKS
    assert view(window) == {}


def test_strategies_are_found_by_a_part_of_their_name(window: Any) -> None:
    window.locator("#find-strategy").fill("m-1")
    assert visible(window, "#choose li") == 3  # m-1, m-10 and m-11


def by_button(window: Any) -> Any:
    return window.get_by_role("button", name="follow margin", exact=True)


def by_name(window: Any) -> Any:
    return window.locator(".name text", has_text="margin").first


def by_row(window: Any) -> Any:
    return window.locator(".intervals tr", has_text="margin").first


def by_table(window: Any) -> Any:
    return window.locator("[data-name=all-auc] td", has_text="margin").first


def test_a_strategy_is_followed_through_all_figures_and_tables(window: Any) -> None:
    button = by_button(window)
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    window.locator("#choose summary").click()
    assert view(window) == {"follow": ["margin"]}
    followed = window.locator(".line.followed:not(.name)")
    assert followed.count() == 2 * N_BLOCKS + N_DIFFERENCES
    assert window.locator("tr.followed").count() == 2 * (N_BLOCKS + N_BLOCKS)
    assert window.locator("th.followed").count() == 2
    other = window.locator(".curves .line.k0").first
    assert float(other.evaluate("line => getComputedStyle(line).opacity")) < 0.5


def test_a_strategy_is_followed_and_left_by_a_click_wherever_it_stands(window: Any) -> None:
    window.locator("#choose summary").click()
    followed = window.locator(".line.followed:not(.name)")
    for where in (by_name, by_row, by_table):
        where(window).click()
        assert view(window) == {"follow": ["margin"]}, where.__name__
        assert followed.count() == 2 * N_BLOCKS + N_DIFFERENCES
        where(window).click()
        assert view(window) == {}, where.__name__
        assert followed.count() == 0


def test_a_faint_strategy_gets_a_look_and_a_name_while_it_is_followed(window: Any) -> None:
    button = window.get_by_role("button", name="follow m-7", exact=True)
    button.click()
    line = window.locator(".curves .line.followed").first
    assert "faint" not in line.get_attribute("class").split()
    assert line.locator("text").text_content() == "m-7"
    button.click()
    assert window.locator(".line.followed").count() == 0
    assert window.locator("text.added").count() == 0


def test_differences_of_a_faint_strategy_are_drawn_when_it_is_followed(
    window: Any,
) -> None:
    chart = window.locator("[data-name=differences-auc] svg").first
    assert chart.locator(".line:not(.name)").count() == 5  # random's and those with a colour
    window.get_by_role("button", name="follow m-7", exact=True).click()
    followed = chart.locator(".followed")
    assert followed.locator("text").text_content() == "m-7"
    assert followed.locator(".bars").is_visible()
    coloured = ":not(.name):not(.followed)"
    lowest, margin = (end(chart.locator(f".{look}{coloured}")) for look in ("k0", "k3"))
    x, y = end(chart.locator(".followed"))
    # It is eight hundredths above margin, which is three above the first that has a colour.
    assert margin[1] - y == pytest.approx(8 / 3 * (lowest[1] - margin[1]), abs=0.5)
    assert x == pytest.approx(margin[0], abs=8)  # those with a colour stand beside each other
    window.get_by_role("button", name="follow m-7", exact=True).click()
    assert not chart.locator(".line.faint").is_visible()


def test_pictures_go_with_their_block_and_their_strategy(window: Any) -> None:
    assert visible(window, ".gallery img") == 2 * 6 * 2
    shown = window.locator(".gallery img").first
    assert shown.get_attribute("alt") == "F0, LSTE sample 0"
    assert shown.evaluate("image => image.complete && image.naturalWidth") == 8
    window.get_by_label("margin", exact=True).check()
    assert visible(window, ".gallery img") == 6 * 2
    window.locator("select[name=cohort]").select_option("digits")
    assert not visible(window, ".gallery")


def end(line: Any) -> tuple[float, float]:
    """Return where a line of a chart ends."""
    x, y = line.locator(".mean").get_attribute("d").split("L")[-1].split()
    return float(x), float(y)


def column(window: Any, name: str, number: int) -> list[str]:
    """Return the texts of a table's column, as they are seen."""
    cells = window.locator(f"[data-name={name}] tbody tr:visible > :nth-child({number})")
    return [str(text) for text in cells.all_inner_texts()]


def test_a_table_is_sorted_by_its_numbers_with_what_is_unknown_last(window: Any) -> None:
    window.locator("select[name=metric]").select_option("auc")
    heading = window.locator("[data-name=all-auc] th", has_text="area")
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    each = ["0.9 ± 0.1", "0.10", "1.5e-3 ▲", "−0.5"]
    assert list(dict.fromkeys(column(window, "all-auc", 3))) == each
    heading.get_by_role("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert list(dict.fromkeys(column(window, "all-auc", 3))) == each[::-1]
    window.locator("[data-name=all-auc] th", has_text="labels").get_by_role("button").click()
    assert column(window, "all-auc", 4)[-1] in {"–", "more"}
    assert view(window)["sort.all-auc"] == ["3.down"]


def test_a_table_is_filtered_by_what_is_typed(window: Any) -> None:
    window.get_by_label("Filter rows of Everything").first.fill("=CMD")
    assert set(column(window, "all-accuracy", 2)) == {"=cmd()"}
    assert view(window) == {"find.all-accuracy": ["=CMD"]}


def rows_of(window: Any, name: str, tmp_path: Path) -> list[list[str]]:
    """Return what is downloaded behind a figure or a table."""
    with window.expect_download() as download:
        window.get_by_role("button", name=f"Download {name} as CSV", exact=True).click()
    download.value.save_as(tmp_path / "told.csv")
    assert download.value.suggested_filename == f"{name}.csv"
    with (tmp_path / "told.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_the_numbers_behind_a_figure_are_downloaded(window: Any, tmp_path: Path) -> None:
    head, *rows = rows_of(window, "curves-accuracy", tmp_path)
    assert head[:6] == ["cohort", "modalities", "model", "budget", "panel", "strategy"]
    assert head[6:] == ["labelled", "mean", "low", "high", "n"]
    assert len(rows) == N_BLOCKS * N_STRATEGIES * 3
    first = ["digits", "LSTE", "small", "low", "digits: LSTE, small, low", "random"]
    assert rows[0] == [*first, "10", "0.6", "", "", "1"]
    # No spreadsheet runs it, also where it begins like a number.
    assert {row[5] for row in rows} >= {"'=cmd()", "'-1+cmd & b", ODD}
    areas = rows_of(window, "areas-auc", tmp_path)
    assert areas[1][6:] == ["0.1", "-0.2", "0.2", "-0.3", "0.3", "better"]


def test_a_table_is_downloaded_whole_and_holds_numbers(window: Any, tmp_path: Path) -> None:
    window.get_by_label("Filter rows of Everything").first.fill("margin")
    head, *rows = rows_of(window, "all-accuracy", tmp_path)
    assert head == ["block", "strategy", "area mean", "area low", "area high", "area n", "labels"]
    assert len(rows) == N_STRATEGIES * N_BLOCKS
    assert rows[0][1:] == ["random", "0.9", "0.8", "1", "6", ""]
    assert {row[1] for row in rows} >= {"'=cmd()", "'-1+cmd & b", ODD}


def test_what_is_downloaded_is_the_file_of_the_table(
    window: Any, all_sorts: Table, tmp_path: Path
) -> None:
    rows_of(window, "all-sorts", tmp_path)
    assert (tmp_path / "told.csv").read_text(encoding="utf-8") == as_csv(all_sorts)


def test_a_value_is_told_under_the_pointer(window: Any) -> None:
    window.locator("#choose summary").click()
    chart = window.locator("svg.curves").first
    chart.scroll_into_view_if_needed()
    end = chart.locator(".line.k3:not(.name) .mean").evaluate(
        "path => { const p = path.getPointAtLength(1e9), m = path.getScreenCTM();"
        " return [m.e + p.x * m.a, m.f + p.y * m.d]; }"
    )
    window.mouse.move(*end)
    tip = window.locator("#tip").inner_text()
    assert tip == "margin: 0.840 (95 %: 0.600 to 0.900) at 30 labels, 6 repetitions"
    window.locator(".intervals tbody tr").first.hover()
    assert window.locator("#tip").inner_text().startswith("=cmd(): 0.100; 95 %: -0.200 to 0.200")


def test_values_are_walked_through_by_keyboard(window: Any) -> None:
    chart = window.locator("svg.curves").first
    chart.focus()
    window.keyboard.press("ArrowRight")
    last = window.locator("#spoken").inner_text()
    window.keyboard.press("ArrowLeft")
    window.keyboard.press("ArrowDown")
    spoken = window.locator("#spoken").inner_text()
    assert last.endswith("at 30 labels, 6 repetitions")
    assert spoken.endswith("at 20 labels, 6 repetitions")
    assert spoken.split(":")[0] != last.split(":")[0]
    window.keyboard.press("Enter")
    assert view(window)["follow"] == [spoken.split(":")[0]]


def test_a_link_within_the_page_leaves_the_view_as_it_is(window: Any) -> None:
    window.locator("select[name=cohort]").select_option("liver")
    window.locator('nav a[href="#auc"]').click()
    window.wait_for_function("location.hash.includes('cohort')")
    assert view(window) == {"cohort": ["liver"], "at": ["auc"]}
    assert visible(window, "[data-name=curves-auc] .panel") == N_BLOCKS / 2


@pytest.mark.sweep
@pytest.mark.parametrize(
    "fragment", ["#cohort=nowhere&show=none&sort.all-auc=99.up", "#sort.x=1&=&%", "#%3Cb%3E"]
)
def test_an_address_of_something_else_breaks_nothing(
    opened: Callable[..., Any], by_hand: Path, complaints: list[str], fragment: str
) -> None:
    window = opened(by_hand, fragment)
    assert visible(window, "h1")
    assert visible(window, "[data-name=curves-auc] .panel") == N_BLOCKS
    assert complaints == []

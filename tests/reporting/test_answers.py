"""The report's statements, and the numbers in its tables."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from albench.analysis.ranks import Ranking
from albench.reporting import sentences, writing
from albench.reporting.build import SECTIONS
from albench.reporting.content import Section, Text
from albench.reporting.derived import derive
from albench.reporting.formats import in_order, p_value, signed, span
from albench.reporting.load import load
from albench.reporting.names import Namer
from albench.reporting.sections import answer as first
from albench.reporting.sections import fairness, metric

BLOCKS = (("digits", "pixels", "small", "tenth"),)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def answer(toy: Any) -> tuple[str, ...]:
    """Return the list of sentences that a report begins with."""
    return listed(first_section(toy.write()))


def first_section(folder: Path) -> Section:
    """Return how the report of a written run begins; the rest of it takes seconds."""
    section = SECTIONS[0](derive(load(folder)))
    assert section is not None
    return section


def listed(section: Section) -> tuple[str, ...]:
    """Return the list of sentences in a section."""
    (text,) = [part for part in section.parts if isinstance(part, Text) and part.is_list]
    return text.sentences


def first_texts(toy: Any) -> list[str]:
    """Return every sentence of the first section of a written run."""
    parts = first_section(toy.folder).parts
    return [sentence for part in parts if isinstance(part, Text) for sentence in part.sentences]


@pytest.fixture(scope="module")
def table(written: Path) -> Callable[[str], list[dict[str, str]]]:
    """Read a written table."""

    def table(name: str) -> list[dict[str, str]]:
        with (written / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return table


@pytest.fixture(scope="module")
def lines(written: Path) -> list[str]:
    """The list of sentences that the written report begins with."""
    text = (written / "report.md").read_text(encoding="utf-8")
    return re.findall(r"^- (.*)$", text.partition("\n\n**Mean")[0], flags=re.MULTILINE)


def test_a_planted_gain_is_the_answer(lines: list[str]) -> None:
    (gain,) = [text for text in lines if text.startswith("**digits: pixels:**")]
    assert re.search(r"margin is better than random, \+0\.0\d\d \(\+0\.0\d\d to", gain)
    assert re.search(r"margin needs \d+ labels for 95 % of the all-labels score, random \d+", gain)
    assert gain.endswith("entropy, k-center and least-confident are equal to it (within 0.033).")


def test_blocks_without_a_finding_share_a_sentence(lines: list[str]) -> None:
    silent = "digits: pixels + fourier; liver (simulated): LSTE + LUS"
    assert f"No strategy is better or worse than random on {silent}." in lines


def test_comparisons_are_counted_with_their_correction(lines: list[str]) -> None:
    (counted,) = [text for text in lines if "with random" in text and text.startswith("Of ")]
    assert "Of 13 comparisons with random in accuracy" in counted
    assert "1 found the strategy better, none worse, 12 equal, and none left it und" in counted
    assert "corrected by Holm over all 13" in counted


def test_what_is_undecided_says_how_many_more_repetitions_decide(
    make_toy: Callable[..., Any],
) -> None:
    toy = make_toy(blocks=BLOCKS)
    toy.manifest["judging"]["equal_within"] = 0.0001
    (counted,) = [text for text in answer(toy) if text.startswith("Of ")]
    assert re.search(r"\d+ more repetitions? would decide at a power of 80 %", counted)


def state(section: Section) -> str:
    """Return all texts of the first screen."""
    return " ".join(text for part in section.parts for text in getattr(part, "sentences", ()))


def test_a_metric_named_before_the_run_is_the_answer(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.manifest["judging"]["primary_metric"] = "auc"
    section = first_section(toy.write())
    text = " ".join(listed(section))
    assert "Of 4 comparisons with random in AUC" in text
    assert "Secondary: of 4 comparisons in accuracy" in text
    assert "The primary metric is AUC; accuracy is secondary." in state(section)


def test_a_rule_that_changed_after_a_run_is_told(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    assert "Changed:" not in state(first_section(toy.write()))
    before: dict[str, object] = {"compare": [], "equal_within": None, "primary_metric": "auc"}
    toy.manifest["judged_before"] = [before]
    text = state(first_section(toy.write()))
    assert "an earlier run of these results had another primary_metric" in text


def test_comparisons_with_too_few_pairs_are_named(lines: list[str]) -> None:
    (few,) = [text for text in lines if text.startswith("With fewer than 6")]
    assert "esd on digits: pixels; esd on digits: pixels + fourier; bald, esd, margin on" in few


def test_the_average_says_how_many_blocks_are_simulated(lines: list[str]) -> None:
    assert lines[0].startswith(
        "On these 2 cohorts (1 simulated), averaged over all 3 blocks (1 simulated), "
    )


def test_the_average_does_not_claim_blocks_that_failed(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    toy.cells["modalities"] = toy.cells["modalities"].replace("LSTE+LUS", "LSTE")
    more = toy.cells[toy.cells["cohort"] == "digits"]
    twin = more.assign(modalities="fourier", cell="x" + more["cell"])
    rounds = toy.scores[toy.scores["cell"].isin(more["cell"])]
    toy.cells = pd.concat([toy.cells, twin])
    toy.scores = pd.concat([toy.scores, rounds.assign(cell="x" + rounds["cell"])])
    toy.end("oom", cohort="liver")
    sentence = answer(toy)[0]
    assert sentence.startswith(
        "On this cohort, averaged over the blocks that each has, of 3 blocks (1 simulated), "
    )


def test_a_price_beyond_the_budget_is_called_so(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    reference = toy.cells.loc[toy.cells["strategy"] == "all-labels", "cell"]
    toy.scores.loc[toy.scores["cell"].isin(reference), "accuracy"] = 0.945
    (gain,) = [text for text in answer(toy) if text.startswith("**digits: pixels:**")]
    assert "random more than the budget" in gain


def test_what_only_the_price_of_nothing_is_known_of_is_not_told(
    make_toy: Callable[..., Any],
) -> None:
    toy = make_toy()
    toy.end("error", strategy="all-labels", modalities="pixels")
    (gain,) = [text for text in answer(toy) if text.startswith("**digits: pixels:**")]
    assert "labels" not in gain


def test_coverage_counts_failures_by_cause(table: Callable[..., Any]) -> None:
    row = {key: value for key, value in table("coverage")[-1].items() if key != "block"}
    assert row == {"planned": "48", "ok": "45", "error": "1", "missing": "1", "timeout": "1"}


def test_strategies_that_lack_cells_are_listed(table: Callable[..., Any]) -> None:
    assert [(row["block"], row["strategy"]) for row in table("lacking")] == [
        ("digits: pixels", "esd"),
        ("digits: pixels + fourier", "esd"),
        ("liver (simulated): LSTE + LUS", "bald"),
        ("liver (simulated): LSTE + LUS", "esd"),
        ("liver (simulated): LSTE + LUS", "margin"),
    ]


def test_the_largest_area_is_bold(written: Path) -> None:
    text = (written / "report.md").read_text(encoding="utf-8")
    row = re.findall(r"^\| digits: pixels \| (0.*▲.*) \|$", text, flags=re.MULTILINE)[0]
    means = [float(re.sub(r"[^0-9.].*", "", cell.strip("*"))) for cell in row.split(" | ")]
    (bold,) = [i for i, cell in enumerate(row.split(" | ")) if cell.startswith("**")]
    assert bold == int(np.argmax(means))


def test_what_was_skipped_is_told_with_its_reason(table: Callable[..., Any]) -> None:
    assert table("skipped") == [
        {"what": "cohort uci-digits", "reason": "its plugin is not installed"}
    ]


def test_fusion_stands_beside_single_modalities(table: Callable[..., Any]) -> None:
    assert [row["block"] for row in table("fusion")][:2] == [
        "digits: pixels",
        "digits: pixels + fourier",
    ]


def test_equal_starts_are_told_equal(table: Callable[..., Any]) -> None:
    assert {row["equal"] for row in table("fairness")} == {"yes"}


def test_an_unequal_start_is_told_loudly(make_toy: Callable[..., Any]) -> None:
    toy = make_toy(n_repetitions=2)
    toy.cells.loc[3, "weights_hash"] = "other"
    section = fairness.section(derive(load(toy.write())))
    (text,) = [part for part in section.parts if isinstance(part, Text)]
    assert text.sentences[0].startswith("**In 1 of 4 repetitions, counted block by block, the")


def ranking(ranks: dict[str, float], *numbers: Any) -> Ranking:
    return Ranking(pd.DataFrame({"strategy": list(ranks), "rank": list(ranks.values())}), *numbers)


@pytest.fixture
def named() -> Namer:
    """A namer of no blocks."""
    columns = ["cohort", "modalities", "model", "budget", "strategy", "repetition"]
    return Namer(pd.DataFrame(columns=columns), {})


def test_ranks_that_may_be_chance_have_no_critical_difference(named: Namer) -> None:
    sentence = sentences.ranking(ranking({"a": 1.5, "random": 1.5}, 5, 0, 0.4, None), named)
    assert "does not reject (p = 0.400)" in sentence
    assert "Nemenyi" not in sentence


def test_ranks_that_differ_say_by_how_much_they_must(named: Namer) -> None:
    sentence = sentences.ranking(
        ranking({"a": 1.0, "b": 1.8, "random": 2.6}, 8, 3, 0.001, 0.9), named
    )
    assert "over 8 cohorts, the blocks of each averaged first; a leads with 1.00" in sentence
    assert "ranks closer than 0.90 are not distinguished" in sentence
    assert sentence.endswith("2 groups, a to b; b to random.")
    assert "3 repetitions, counted block by block, lack results of some strategy and do" in sentence


def test_a_cohort_without_a_complete_block_is_named(named: Namer) -> None:
    table = ranking({"a": 1.0, "random": 2.0}, 7, 18, 0.4, None, ("power",))
    assert "do not count: the cohort power is left out." in sentences.ranking(table, named)


def test_whoever_shares_the_first_rank_is_named_too(named: Namer) -> None:
    table = ranking({"a": 2.75, "b": 2.75, "random": 3.5}, 4, 0, float("nan"), None)
    assert "; a and b lead with 2.75." in sentences.ranking(table, named)


def test_ranks_of_few_cohorts_are_of_these_alone(named: Namer) -> None:
    sentence = sentences.ranking(
        ranking({"a": 1.0, "random": 2.0}, 3, 9, float("nan"), None), named
    )
    assert "With fewer than 5 cohorts, ranks describe only these cohorts and are not" in sentence


def test_no_ranks_are_told_as_none(named: Namer) -> None:
    sentence = sentences.ranking(ranking({}, 0, 9, float("nan"), None), named)
    assert sentence == "Strategies are not ranked: no block has results of every strategy."


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0123, "+0.012"), (-0.2, "−0.200"), (-0.0001, "+0.000"), (float("nan"), "–")],
)
def test_differences_carry_their_sign(value: float, expected: str) -> None:
    assert signed(value) == expected


def test_a_small_p_value_is_not_nought() -> None:
    assert [p_value(p) for p in (0.0004, 0.05, 1.0)] == ["< 0.001", "0.050", "1.000"]


def test_random_is_first_and_all_labels_last() -> None:
    assert in_order(["esd", "all-labels", "bald", "random"]) == [
        *("random", "bald", "esd", "all-labels")
    ]


def test_an_oracle_is_named_and_is_no_answer(make_toy: Callable[..., Any]) -> None:
    plain, toy = make_toy(), make_toy()
    for part in toy.manifest["plugins"]:
        part["tags"] = ["oracle"] if part["name"] == "core/margin" else []
    toy.write()
    (state,) = [text for text in first_texts(toy) if "Not a competitor" in text]
    assert "Not a competitor: margin uses labels that are not yet known" in state
    assert not any("margin" in line for line in answer(toy))
    assert any("margin" in line for line in answer(plain))


@pytest.mark.sections(metric)
def test_an_oracle_is_not_in_the_family_that_is_named(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    for part in toy.manifest["plugins"]:
        part["tags"] = ["oracle"] if part["name"] == "core/margin" else []
    text = " ".join(answer(toy))
    assert "Of 2 comparisons" in text
    assert "corrected by Holm over all 2)" in text
    with (writing.write(toy.folder).parent / "tables/against-random-accuracy.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["verdict"] for row in rows if row["strategy"] == "margin"] == ["no competitor"] * 2
    (esd, other) = (row for row in rows if row["strategy"] == "esd")
    least = min(float(esd["p (t)"]), float(other["p (t)"]))
    corrected = min(float(esd["p (Holm)"]), float(other["p (Holm)"]))
    assert corrected == pytest.approx(min(1.0, 2 * least), abs=0.002)


@pytest.mark.sections(metric)
def test_the_best_has_an_interval_that_holds_for_all(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    (gain,) = [text for text in answer(toy) if text.startswith("**digits: pixels:**")]
    with (writing.write(toy.folder).parent / "tables/against-random-accuracy.csv").open() as file:
        (row,) = [
            row
            for row in csv.DictReader(file)
            if (row["block"], row["strategy"]) == ("digits: pixels", "margin")
        ]
    difference = signed(float(row["difference"]))
    every = span(float(row["low, all at once"]), float(row["high, all at once"]))
    assert f"{difference} ({every})" in gain
    assert span(float(row["low"]), float(row["high"])) not in gain


@pytest.mark.sections(first, metric)
@pytest.mark.usefixtures("rendered")
def test_strategies_with_equal_picks_are_counted_once(make_toy: Callable[..., Any]) -> None:
    toy = make_toy()
    same = toy.cells[toy.cells["strategy"] == "esd"]
    twin = same.assign(strategy="twin", cell="x" + same["cell"])
    rounds = toy.scores[toy.scores["cell"].isin(same["cell"])]
    toy.cells = pd.concat([toy.cells, twin])
    toy.scores = pd.concat([toy.scores, rounds.assign(cell="x" + rounds["cell"])])
    text = " ".join(answer(toy))
    assert "Of 4 comparisons with random in accuracy" in text  # as without the twin
    (state,) = [text for text in first_texts(toy) if text.startswith("Counted once")]
    assert state.startswith("Counted once: esd and twin made the same picks")
    page = writing.write(toy.folder).parent
    with (page / "tables/area-accuracy.csv").open(encoding="utf-8") as file:
        names = [row["strategy"] for row in csv.DictReader(file)]
    assert list(dict.fromkeys(names)) == ["random", "margin", "esd = twin"]
    assert "esd and 1 alike" in (page / "figures/areas-accuracy.svg").read_text(encoding="utf-8")

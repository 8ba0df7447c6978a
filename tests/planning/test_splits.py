"""Splits: given, in folds, stratified by more than the class, or by group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench import cli
from albench.cohort.join import join
from albench.errors import DataError
from albench.planning.division import division, lacking_classes, require_divisible
from albench.planning.splits import splitting_of
from albench.spec.splitting import SplitSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from albench.api import Modality
    from albench.cohort.join import Cohort
    from albench.cohort.split import Split

    Divided = Callable[..., "list[Split]"]

N = 60
OWNERS = [f"P{number:02}" for number in range(N)]
LABELS = {owner: f"F{number % 3}" for number, owner in enumerate(OWNERS)}
FACTS: dict[str, dict[str, str]] = {
    "fold": {owner: str(number // 3 % 5) for number, owner in enumerate(OWNERS)},
    "site": {owner: "north" if number < 45 else "south" for number, owner in enumerate(OWNERS)},
    "family": {owner: f"family {number // 4}" for number, owner in enumerate(OWNERS)},
    "row": {owner: str(number) for number, owner in enumerate(OWNERS)},
}


@pytest.fixture
def cohort_with(make_modality: Callable[..., Modality], tmp_path: Path) -> Callable[..., Cohort]:
    """Return a function that gives the cohort with a split."""

    def made(facts: Mapping[str, Mapping[str, str]] = FACTS, **split: Any) -> Cohort:
        modality = replace(make_modality(OWNERS, LABELS), facts=facts)
        cohort = join("clinic", {"a": modality})
        splitting = splitting_of(SplitSpec(**split), cohort, {"a": modality}, tmp_path)
        return replace(cohort, splitting=splitting)

    return made


@pytest.fixture
def divided(cohort_with: Callable[..., Cohort]) -> Divided:
    """Return a function that gives the splits of some repetitions."""

    def parts(repetitions: int = 1, **split: Any) -> list[Split]:
        cohort = cohort_with(**split)
        require_divisible(cohort, 0.2, 3, repetitions)
        each_time = [division(cohort, 0.2, 3, repetition) for repetition in range(repetitions)]
        for each in each_time:
            everybody = np.concatenate([each.train, each.test, each.validation])
            assert sorted(everybody.tolist()) == list(range(N))
        return each_time

    return parts


def values(name: str, subjects: np.ndarray) -> set[str]:
    return {FACTS[name][OWNERS[number]] for number in subjects}


def test_a_column_names_the_parts_the_same_in_each_repetition(divided: Divided) -> None:
    one, other = divided(2, column="fold", test=["2"], validation=[1])
    assert values("fold", one.test) == {"2"}
    assert values("fold", one.validation) == {"1"}
    assert values("fold", one.train) == {"0", "3", "4"}
    np.testing.assert_array_equal(one.test, other.test)


def test_the_repetition_chooses_the_fold_of_a_column(divided: Divided) -> None:
    tested = [values("fold", parts.test) for parts in divided(6, column="fold")]
    assert tested == [{"0"}, {"1"}, {"2"}, {"3"}, {"4"}, {"0"}]


def test_numbered_folds_are_in_the_order_of_their_numbers(divided: Divided) -> None:
    tested = [values("row", parts.test) for parts in divided(11, column="row")]
    assert tested[9:] == [{"9"}, {"10"}]


def test_files_name_the_subjects_of_each_part(divided: Divided, tmp_path: Path) -> None:
    (tmp_path / "test.txt").write_text("P01\n\nP02 \nP03\n")
    (tmp_path / "val.txt").write_text("P04\nP05\n")
    (parts,) = divided(files={"test": "test.txt", "validation": "val.txt"})
    assert parts.test.tolist() == [1, 2, 3]
    assert parts.validation.tolist() == [4, 5]


def test_drawn_folds_test_everybody_once_and_then_anew(divided: Divided) -> None:
    parts = divided(10, folds=5)
    for start in (0, 5):
        tested = np.concatenate([each.test for each in parts[start : start + 5]])
        assert sorted(tested.tolist()) == list(range(N))
        for each in parts[start : start + 5]:
            assert np.bincount(each.test % 3).tolist() == [4, 4, 4]
    assert parts[0].test.tolist() != parts[5].test.tolist()


def test_a_stratified_draw_keeps_the_shares_of_sites(divided: Divided) -> None:
    for parts in divided(5, stratify=["site"]):
        south = sum(FACTS["site"][OWNERS[number]] == "south" for number in parts.test)
        assert (len(parts.test), south) == (12, 3)


def test_without_it_shares_of_sites_vary(divided: Divided) -> None:
    souths = {
        sum(FACTS["site"][OWNERS[number]] == "south" for number in parts.test)
        for parts in divided(10, folds=5)
    }
    assert len(souths) > 1


@pytest.mark.parametrize("more", [{}, {"folds": 5}, {"stratify": ["site"]}])
def test_families_stay_together(divided: Divided, more: dict[str, Any]) -> None:
    for parts in divided(5, group="family", **more):
        assert not values("family", parts.train) & values("family", parts.test)
        assert 8 <= len(parts.test) <= 16


def test_draws_differ_between_repetitions_and_seeds_alone(
    cohort_with: Callable[..., Cohort],
) -> None:
    cohort = cohort_with(group="family")
    drawn = {
        key: division(cohort, 0.2, *key).test.tolist() for key in [(1, 0), (1, 1), (2, 0), (1, 0)]
    }
    assert len({str(test) for test in drawn.values()}) == 3
    assert division(cohort, 0.2, 1, 0).test.tolist() == drawn[1, 0]


def test_the_identity_is_the_parts_and_not_what_they_are_called(
    cohort_with: Callable[..., Cohort], tmp_path: Path
) -> None:
    tested = [owner for owner in OWNERS if FACTS["fold"][owner] == "2"]
    (tmp_path / "test.txt").write_text("\n".join(tested))
    by_column = cohort_with(column="fold", test=["2"]).splitting
    by_file = cohort_with(files={"test": "test.txt"}).splitting
    other = cohort_with(column="fold", test=["3"]).splitting
    assert by_column is not None
    assert by_file is not None
    assert other is not None
    assert by_column.identity == by_file.identity
    assert by_column.identity != other.identity


def test_a_class_that_a_given_split_lacks_is_told(cohort_with: Callable[..., Cohort]) -> None:
    facts = {"part": {owner: "b" if LABELS[owner] == "F2" else "a" for owner in OWNERS}}
    facts["part"]["P00"] = "b"
    cohort = cohort_with(facts, column="part", test=["b"])
    assert lacking_classes(cohort, 0.2, 0, 1) == (
        "In the split that is given, the training part has nobody of class F2 and the test part "
        "has nobody of class F1."
    )


HALF = {"part": dict.fromkeys(OWNERS[:30], "a")}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no such column": ({"column": "flod"}, "knows 'flod' of its subjects; did you mean 'fold'"),
    "no such value": ({"column": "fold", "test": ["9"]}, "has '9' in column 'fold'; there are '0'"),
    "nobody left": ({"column": "fold", "test": ["0", "1", "2", "3", "4"]}, "nobody to train on"),
    "not everybody": (
        {"column": "fold", "test": ["0"], "train": ["1"]},
        "36 subjects in no part: P06, P07, P08, P09, P10 ...; name theirs, or leave out train",
    ),
    "unknown of some": ({"facts": HALF, "column": "part"}, "'part' of 30 subjects: P30"),
    "one fold": ({"facts": {"part": dict.fromkeys(OWNERS, "a")}, "column": "part"}, "one value"),
    "a divided family": (
        {"column": "fold", "test": ["1"], "group": "family"},
        "divides subjects of one family: P00, P01, P02, P03",
    ),
    "divided among folds": ({"column": "fold", "group": "family"}, "divides subjects of one famil"),
    "no file": ({"files": {"test": "none.txt"}}, "none.txt cannot be read"),
    "more folds than subjects": ({"folds": 40}, "of class 'F1' to test on: draw fewer folds"),
    "one family": (
        {"facts": {"family": dict.fromkeys(OWNERS, "x")}, "group": "family"},
        "has nobody to test on",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_split_that_cannot_be_is_refused(case: str, cohort_with: Callable[..., Cohort]) -> None:
    split, said = WRONG[case]
    with pytest.raises(DataError, match=said):
        require_divisible(cohort_with(**split), 0.2, 0, 5)


def test_a_subject_in_two_files_is_refused(
    cohort_with: Callable[..., Cohort], tmp_path: Path
) -> None:
    (tmp_path / "test.txt").write_text("P01\nP02\n")
    (tmp_path / "train.txt").write_text("P02\nP03\n")
    with pytest.raises(DataError, match="subject P02 is in the files of train and test"):
        cohort_with(files={"test": "test.txt", "train": "train.txt"})


def test_ids_that_are_spelt_otherwise_are_shown_beside_the_cohorts(
    cohort_with: Callable[..., Cohort], tmp_path: Path
) -> None:
    (tmp_path / "test.txt").write_text("1\n2\n")
    with pytest.raises(DataError, match="it has '1', '2', the cohort 'P00', 'P01'"):
        cohort_with(files={"test": "test.txt"})


UNKNOWN = {
    "a misspelt id": ("P01\nP002\np03\n", "2 ids that no subject has: 'P002' .did you mean 'P"),
    "a heading": ("subject\nP01\n", "1 id that no subject has: 'subject'; .* and no heading"),
    "many": ("P01\n" + "".join(f"Q{n:03}\n" for n in range(9)), "9 ids .* 'Q004'.* and 4 more;"),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_an_id_in_a_file_that_no_subject_has_is_refused(
    case: str, cohort_with: Callable[..., Cohort], tmp_path: Path
) -> None:
    ids, said = UNKNOWN[case]
    (tmp_path / "test.txt").write_text(ids)
    with pytest.raises(DataError, match=f"test.txt has {said}"):
        cohort_with(files={"test": "test.txt"})


def test_a_file_of_ids_in_utf_16_is_told_what_to_do(
    cohort_with: Callable[..., Cohort], tmp_path: Path
) -> None:
    (tmp_path / "test.txt").write_text("P01\n", encoding="utf-16")
    with pytest.raises(DataError, match=r"test.txt cannot be read: it is text in UTF-16.* UTF-8"):
        cohort_with(files={"test": "test.txt"})


def test_an_id_may_be_of_a_subject_that_the_cohort_leaves_out(
    make_modality: Callable[..., Modality], tmp_path: Path
) -> None:
    whole = make_modality(OWNERS, LABELS)
    part = make_modality(OWNERS[:40], {owner: LABELS[owner] for owner in OWNERS[:40]})
    (tmp_path / "test.txt").write_text("P01\nP02\nP50\n")
    cohort = join("clinic", {"a": whole, "b": part})
    spec = SplitSpec(files={"test": "test.txt"})
    splitting_of(spec, cohort, {"a": whole, "b": part}, tmp_path)


def test_every_value_that_nobody_has_is_named(cohort_with: Callable[..., Cohort]) -> None:
    with pytest.raises(DataError, match=r"no subject has 'y', 'x' in column 'fold'; there are"):
        cohort_with(column="fold", test=["0", "x"], validation=["y"])


def test_modalities_that_put_a_subject_into_two_parts_are_refused(
    make_modality: Callable[..., Modality], tmp_path: Path
) -> None:
    moved = {"fold": FACTS["fold"] | {"P07": "9"}}
    modalities = {
        "a": replace(make_modality(OWNERS, LABELS), facts=FACTS),
        "b": replace(make_modality(OWNERS, LABELS), facts=moved),
    }
    cohort = join("clinic", modalities)
    with pytest.raises(DataError, match="subject P07 has fold '9' in b, but '2' in another"):
        splitting_of(SplitSpec(column="fold"), cohort, modalities, tmp_path)


CONTRADICTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "says nothing"),
    "two kinds": ({"column": "fold", "folds": 5}, "column and folds are two splits"),
    "strata of a given split": ({"column": "fold", "stratify": ["site"]}, "stratify has no effect"),
    "values of nothing": ({"test": ["1"], "folds": 5}, "test lists values of a column"),
    "no test values": ({"column": "fold", "train": ["1"]}, "train needs test"),
    "a value in two parts": ({"column": "f", "test": ["1"], "train": [1]}, "'1' is in two parts"),
    "no test file": ({"files": {"train": "a.txt"}}, "files has no test"),
    "one fold": ({"folds": 1}, "greater than or equal to 2"),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_a_specification_that_contradicts_itself_is_refused(case: str) -> None:
    split, said = CONTRADICTIONS[case]
    with pytest.raises(ValueError, match=said):
        SplitSpec(**split)


TWO_VALIDATIONS = """
name = "folds"
repetitions = 3
[cohorts.clinic]
split = {{ column = "fold", test = ["0"], validation = ["1"] }}
[cohorts.clinic.modalities]
a = {{ loader = "table", options = {{ path = "rows.csv", facts = ["fold"] }} }}
[cohorts.drawn.modalities]
a = {{ loader = "table", options = {{ path = "rows.csv", facts = ["fold"] }} }}
[models.net]
plugin = "mmfn"
training = {{ validation = 0.2 }}
[budgets.few]
initial = 12
query = 5
stop = 30
[[matrix]]
cohorts = [{cohorts}]
models = ["net"]
strategies = ["margin"]
budgets = ["few"]
"""


@pytest.mark.usefixtures("untried_networks")
@pytest.mark.parametrize(("cohorts", "status"), [('"clinic"', 2), ('"clinic", "drawn"', 0)])
def test_a_share_held_out_beside_a_validation_part_is_one_complaint(
    cohorts: str, status: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{owner},{LABELS[owner]},{FACTS['fold'][owner]},0.5" for owner in OWNERS]
    (tmp_path / "rows.csv").write_text("\n".join(["subject,label,fold,x", *rows]))
    spec = tmp_path / "folds.toml"
    spec.write_text(TWO_VALIDATIONS.format(cohorts=cohorts))
    assert cli.main(["plan", str(spec)]) == status
    out, err = capsys.readouterr()
    assert ("net.training.validation: clinic has a validation part of its own" in err) == (
        status == 2
    )
    assert ("skipped: clinic" in out) == (status == 0)


SPEC = """
name = "folds"
repetitions = 3
[cohorts.clinic]
split = {{ column = "fold" }}
[cohorts.clinic.modalities]
a = {{ loader = "table", options = {{ path = "rows.csv", facts = ["fold"] }} }}
[models.fast]
plugin = "logistic"
[budgets.named]
initial = {first}
query = 5
stop = 30
[[matrix]]
cohorts = ["clinic"]
models = ["fast"]
strategies = ["margin"]
budgets = ["named"]
"""


@pytest.mark.usefixtures("untried_networks")
@pytest.mark.parametrize(
    ("first", "problem"),
    [
        (["P09", "P10", "P11"], ""),
        (["P09", "P00"], "does not train on subject 'P00' in repetition 1"),
        (["P09", "P03"], "does not train on subject 'P03' in repetition 2"),
        (["P09", "Q03"], "has no subject 'Q03'"),
    ],
)
def test_first_subjects_by_name_are_trained_on_whatever_the_fold(
    first: list[str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        f"{owner},{LABELS[owner]},{FACTS['fold'][owner]},{number % 7}.5"
        for number, owner in enumerate(OWNERS)
    ]
    (tmp_path / "rows.csv").write_text("\n".join(["subject,label,fold,x", *rows]))
    spec = tmp_path / "folds.toml"
    spec.write_text(SPEC.format(first=first).replace("'", '"'))
    assert cli.main(["plan", str(spec)]) == (2 if problem else 0)
    assert problem in capsys.readouterr().err

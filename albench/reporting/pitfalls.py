"""Known pitfalls of evaluating active learning, and whether a benchmark avoids them.

The list follows Lüth et al. 2023 (Navigating the pitfalls of active learning evaluation), Munjal et
al. 2022 (Towards robust and reproducible active learning using neural networks), Ji et al. 2023
(Randomness is the root of all evil), Mittal et al. 2019 (Parting with illusions about deep active
learning) and Demšar 2006 (Statistical comparisons of classifiers). Each is judged by the records
alone: what they do not tell is no item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.analysis import class_sizes
from albench.analysis.cohorts_like_these import FEWEST_COHORTS
from albench.analysis.coverage_and_fairness import fairness
from albench.analysis.curves import BLOCK
from albench.analysis.significance import FEWEST_PAIRS
from albench.analysis.training_checks import CheckOutcome
from albench.metrics.catalogue import LABELS
from albench.plural import plural
from albench.references import ALL_LABELS, BASELINE
from albench.reporting.names import block_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from albench.reporting.derived import Derived

N_NAMED = 3
"""Names that a reason gives before it counts the rest."""


@dataclass(frozen=True)
class Pitfall:
    """Whether a benchmark avoids a pitfall.

    Parameters
    ----------
    question : str
        What avoids it.
    is_avoided : bool
        Whether this does.
    reason : str
        What the records say.
    source : str
        Who warns of it.
    """

    question: str
    is_avoided: bool
    reason: str
    source: str


def pitfalls(derived: Derived) -> list[Pitfall]:
    """Return the filled checklist of a benchmark.

    Parameters
    ----------
    derived : Derived
        Of its records.

    Returns
    -------
    list of Pitfall
        Every item, in the order of a paper: design, execution, analysis.
    """
    return [Pitfall(question, *judge(derived), source) for question, judge, source in CHECKLIST]


Judged = tuple[bool, str]


def _random(derived: Derived) -> Judged:
    return _in_every_block(derived, BASELINE, "random choice")


def _reference(derived: Derived) -> Judged:
    return _in_every_block(derived, ALL_LABELS, "a reference trained on all labels")


def _in_every_block(derived: Derived, strategy: str, what: str) -> Judged:
    good = derived.records.cells[derived.records.cells["status"] == "ok"]
    there = set(good.loc[good["strategy"] == strategy, BLOCK].itertuples(index=False, name=None))
    lacking = [derived.named.block(block) for block in derived.named.blocks if block not in there]
    if lacking:
        return False, f"without {what}: {_some(lacking)}"
    return True, f"{what} in {_all(len(derived.named.blocks), 'block')}"


def _repetitions(derived: Derived) -> Judged:
    good = derived.records.cells[derived.records.cells["status"] == "ok"]
    counts = good.groupby([*BLOCK, "strategy"])["repetition"].nunique()
    least = int(counts.min()) if len(counts) else 0
    if least >= FEWEST_PAIRS:
        return True, f"{least} or more of every strategy in every block"
    few = counts[counts < FEWEST_PAIRS].reset_index()
    names = [f"{derived.named.block(block_of(r))}: {r['strategy']}" for r in few.to_dict("records")]
    return False, f"fewer than {FEWEST_PAIRS}: {_some(names) or 'nothing succeeded'}"


def _starts(derived: Derived) -> Judged:
    shared = fairness(derived.records.cells)
    n, n_equal = len(shared), int(shared["equal"].sum()) if len(shared) else 0
    if n and n == n_equal:
        return True, f"the hashes agree in every repetition of every block ({n} in all)"
    agree = f"the hashes agree in {n_equal} of {plural(n, 'repetition')}"
    return False, f"{agree}, counted block by block"


def _training(derived: Derived) -> Judged:
    failed = [checked for checked in derived.checks if checked.outcome is CheckOutcome.FAIL]
    names = [f"{derived.named.block(one.block)} ({one.check})" for one in failed]
    if failed:
        return False, f"checks that fail: {_some(list(dict.fromkeys(names)))}"
    n = sum(checked.outcome is CheckOutcome.PASS for checked in derived.checks)
    return n > 0, f"{plural(n, 'check')} of training passed and none failed"


def _regimes(derived: Derived) -> Judged:
    budgets = {(block[0], block[3]) for block in derived.named.blocks}
    cohorts = sorted({cohort for cohort, _ in budgets})
    single = [name for name in cohorts if sum(cohort == name for cohort, _ in budgets) < 2]
    if single:
        return False, f"a single budget: {_some(list(map(derived.named.cohort, single)))}"
    n = min(sum(cohort == name for cohort, _ in budgets) for name in cohorts)
    return True, f"{plural(n, 'budget')} or more in every cohort"


def _models(derived: Derived) -> Judged:
    names = sorted({block[2] for block in derived.named.blocks})
    if len(names) > 1:
        return True, f"{plural(len(names), 'model')}: {_some(names)}"
    return False, f"a single model, {_some(names)}: what is found may be about it"


def _cohorts(derived: Derived) -> Judged:
    n = len({block[0] for block in derived.named.blocks})
    return n >= FEWEST_COHORTS, f"{plural(n, 'cohort')}; {FEWEST_COHORTS} or more would do"


def _real(derived: Derived) -> Judged:
    cohorts = derived.manifest.cohorts
    simulated = [name for name, facts in cohorts.items() if facts.simulated]
    if simulated:
        return False, f"not all: {_some(list(map(derived.named.cohort, simulated)))}"
    return True, f"none of {plural(len(cohorts), 'cohort')} is simulated"


def _imbalance(derived: Derived) -> Judged:
    if derived.unequal:
        return True, (
            f"the largest class has {class_sizes.TIMES:g} times the subjects of the smallest or "
            f"more: {_some(list(map(derived.named.cohort, derived.unequal)))}"
        )
    most = max(map(class_sizes.ratio, derived.manifest.cohorts.values()), default=1.0)
    return False, (
        f"the largest class has at most {most:.1f} times the subjects of the smallest; "
        f"{class_sizes.TIMES:g} times or more would do"
    )


def _planned(derived: Derived) -> Judged:
    if derived.manifest.judged_before:
        return False, "an earlier run of these results was to be judged otherwise"
    return True, f"{LABELS[derived.primary]}; no earlier run of these results had another one"


def _corrected(derived: Derived) -> Judged:
    if not derived.findings or derived.findings[0].against_random.empty:
        return False, "nothing could be compared"
    n = int(derived.findings[0].against_random["p_holm"].notna().sum())
    return n > 0, f"{plural(n, 'comparison')} with random in one family, corrected by Holm"


def _rounds(derived: Derived) -> Judged:
    n = len(derived.manifest.published.tables)
    beside = f"; in {plural(n, 'table')} after a paper it is shown and marked" if n else ""
    return (
        True,
        f"scores are of all rounds or the last one; none is chosen by its test score{beside}",
    )


def _complete(derived: Derived) -> Judged:
    cells = derived.records.cells
    lacking = int((cells["status"] != "ok").sum())
    if lacking:
        return False, f"{plural(lacking, 'cell')} of {len(cells)} without a result"
    n_all = len(cells)
    return True, f"{'the' if n_all == 1 else 'all'} {plural(n_all, 'planned cell')} succeeded"


def _reproducible(derived: Derived) -> Judged:
    where = derived.manifest.provenance
    if not where.commit:
        return False, "no commit of the code is recorded"
    if where.commit.endswith("+"):
        return False, f"run from commit {where.commit.rstrip('+')} with changes that are not in it"
    n = plural(len(where.packages), "package")
    return True, f"commit {where.commit}, seed {derived.manifest.seed}, and versions of {n}"


def _some(names: Collection[str]) -> str:
    """Return a few names, and how many there are besides."""
    shown = list(names)[:N_NAMED]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _all(n: int, noun: str) -> str:
    return f"the only {noun}" if n == 1 else f"all {plural(n, noun)}"


LUETH, MUNJAL, JI = "Lüth et al. 2023", "Munjal et al. 2022", "Ji et al. 2023"
MITTAL, DEMSAR = "Mittal et al. 2019", "Demšar 2006"
CHECKLIST: Iterable[tuple[str, Callable[[Derived], Judged], str]] = (
    ("Random choice is a competitor everywhere", _random, MITTAL),
    ("Training on all labels is shown everywhere", _reference, MUNJAL),
    ("Few and many labels are both tried", _regimes, LUETH),
    ("More than one model is tried", _models, MUNJAL),
    ("There are enough cohorts to generalise to others", _cohorts, DEMSAR),
    ("Classes of unequal size are among the data", _imbalance, LUETH),
    ("The data are real", _real, LUETH),
    ("The metric was chosen before the run", _planned, LUETH),
    ("Enough repetitions for a verdict", _repetitions, MUNJAL),
    ("Strategies share splits, first labels, weights and batches", _starts, JI),
    ("Models are trained well enough to be compared", _training, MITTAL),
    ("Every planned cell has a result", _complete, JI),
    ("Comparisons are corrected for their number", _corrected, DEMSAR),
    ("No round is chosen by its test score", _rounds, LUETH),
    ("The code and versions are recorded", _reproducible, MUNJAL),
)

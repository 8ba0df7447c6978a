"""How a benchmark was done, in sentences with the real values of its protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.analysis import class_sizes, equivalence
from albench.analysis.curves import CONFIDENCE
from albench.analysis.efficiency import TARGET
from albench.analysis.significance import ALPHA, FEWEST_PAIRS
from albench.metrics.catalogue import ALIKE, BY_SIZE, LABELS
from albench.plural import plural
from albench.references import ALL_LABELS
from albench.reporting.formats import cores_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from albench.records.manifest import Manifest
    from albench.records.run_record import CohortRecord
    from albench.reporting.load import ReportTables


@dataclass(frozen=True)
class Sentence:
    """A sentence of a methods section.

    Parameters
    ----------
    text : str
        Plain.
    cites : tuple of str
        Names of the plugins and packages that it speaks of.
    """

    text: str
    cites: tuple[str, ...] = ()


def methods(records: ReportTables) -> list[Sentence]:
    """Return how the results were made and judged.

    Sentences are on data, models and strategies, budgets, protocol, scores, tests, and environment.
    """
    manifest = records.manifest
    margins = equivalence.margins(manifest.cohorts, manifest.judging.equal_within)
    return [
        *_data(manifest),
        *_models(manifest),
        *_strategies(records),
        *_protocol(manifest),
        *_scores(manifest),
        *_tests(manifest, margins),
        *_done(records),
    ]


def _data(manifest: Manifest) -> Iterator[Sentence]:
    loaders = tuple(part.name for part in manifest.plugins if part.kind == "loader")
    cohorts = "; ".join(_cohort(name, facts) for name, facts in manifest.cohorts.items())
    yield Sentence(f"Data: {cohorts or 'none'}.", loaders)


def _cohort(name: str, facts: CohortRecord) -> str:
    noise = f", {100 * facts.label_noise:g} % of the labels wrong" if facts.label_noise else ""
    classes = plural(len(facts.class_order), "class", "classes")
    modalities = plural(len(facts.modalities), "modality", "modalities")
    simulated = "simulated; " if facts.simulated else ""
    return (
        f"{name} ({simulated}{plural(facts.subjects, 'subject')}, "
        f"{facts.test_subjects} of them held out for testing, {classes}, {modalities}: "
        f"{', '.join(facts.modalities)}{noise})"
    )


def _named(name: str, facts: CohortRecord) -> str:
    return f"{name} (simulated)" if facts.simulated else name


def in_words(model: str) -> str:
    """Return what the record says of a model as people would say it.

    Parameters
    ----------
    model : str
        ``core/mmfn (weights_file None, frozen True, flatten False, width 64); trained anew``

    Returns
    -------
    str
        ``core/mmfn (frozen, no flatten, width 64); trained anew``: options that are not set are
        left out, and those that are only on or off are told by their name.
    """
    plugin, bracket, rest = model.partition(" (")
    options, end, training = rest.partition(");")
    if not (bracket and end):
        return model
    words = ", ".join(filter(None, map(_option_in_words, options.split(", "))))
    return f"{plugin} ({words}){end[1:]}{training}" if words else f"{plugin}{end[1:]}{training}"


def _option_in_words(option: str) -> str:
    name, _, value = option.partition(" ")
    words = name.replace("_", " ")
    return {"None": "", "True": words, "False": f"no {words}"}.get(value, f"{words} {value}")


def _models(manifest: Manifest) -> Iterator[Sentence]:
    plugins = tuple(part.name for part in manifest.plugins if part.kind == "model")
    models = "; ".join(f"{name}: {in_words(what)}" for name, what in manifest.models.items())
    if models:
        yield Sentence(f"Models: {models}.", plugins)


def _strategies(records: ReportTables) -> Iterator[Sentence]:
    cells = records.cells[records.cells["strategy"] != ALL_LABELS]
    plugins = dict(zip(cells["strategy"], cells["strategy_plugin"], strict=True))
    names = sorted(plugins)
    plugins_in_use = {part.name for part in records.manifest.plugins}
    cited = tuple(dict.fromkeys(plugins[name] for name in names if plugins[name] in plugins_in_use))
    count = plural(len(names), "query strategy", "query strategies")
    yield Sentence(f"We ran {count}: {', '.join(names)}.", cited)
    budgets = "; ".join(f"{name}: {what}" for name, what in records.manifest.budgets.items())
    if budgets:
        yield Sentence(f"Budgets: {budgets}.")


def _protocol(manifest: Manifest) -> Iterator[Sentence]:
    n = manifest.repetitions
    if (replayed := manifest.replayed) is not None:
        yield Sentence(
            "No strategy was asked: each model was trained on the picks that the same strategy, in "
            f"the same repetition, had made with another model in the results of {replayed.name} "
            f"(albench {replayed.albench}, commit {replayed.commit or 'unknown'})."
        )
    yield Sentence(
        f"Each of {plural(n, 'repetition')} (seed {manifest.seed}) has its own split into training "
        "and test part by subject, with the classes' shares kept, its own first labels, first "
        "weights and order of batches; all strategies of a repetition share these. In each round a "
        "strategy buys labels of the training part and the model is trained on all that are "
        "bought; labels that it has not bought and the test part are kept from it. A reference is "
        "trained once in each repetition on all labels of the training part."
    )


def _scores(manifest: Manifest) -> Iterator[Sentence]:
    units = sorted({facts.evaluation for facts in manifest.cohorts.values()})
    by = " and ".join(units) or "subject"
    headline = manifest.judging.headline
    yield Sentence(
        f"Models are scored on the test part by {by} after every round. The primary score is the "
        f"area under the curve of {LABELS[headline]} over the labels bought, divided by its width; "
        f"labels needed are those of the first round that reaches {100 * TARGET:g} % of the "
        "reference."
    )
    unequal = class_sizes.unequal(manifest.cohorts)
    if unequal and headline == BY_SIZE:
        names = ", ".join(_named(name, manifest.cohorts[name]) for name in unequal)
        yield Sentence(
            f"Beside {LABELS[BY_SIZE]} stands {LABELS[ALIKE]}, the mean of the classes' recalls, "
            f"where the largest class has {class_sizes.TIMES:g} times the subjects of the smallest "
            f"or more ({names})."
        )


def _tests(manifest: Manifest, margins: Mapping[str, float]) -> Iterator[Sentence]:
    named = manifest.judging.compare
    others = f" The strategies {', '.join(named)} were also compared in pairs." if named else ""
    yield Sentence(
        "Strategies are compared with random choice by differences paired by repetition, with "
        f"{100 * CONFIDENCE:g} % intervals of Student's t, each strategy's own and by Šidák for "
        f"all at once, and by two-sided paired t-tests at {100 * ALPHA:g} %, corrected by Holm "
        f"over all that a table shows; under {FEWEST_PAIRS} repetitions no verdict is given."
        f"{others}"
    )
    if (rule := manifest.sequential) is not None:
        yield Sentence(
            f"Up to {rule.most} repetitions were run in blocks in which {rule.text} was undecided; "
            "those comparisons are judged by confidence sequences for the mean of normal "
            "differences of unknown spread (Lai 1976; Wang and Ramdas 2025), at "
            f"{100 * ALPHA:g} % over all of them, by Bonferroni. All other results are of the "
            f"first {rule.planned} repetitions."
        )
    if margins:
        cohorts = manifest.cohorts
        ends = ", ".join(
            f"{value:.3g} on {_named(name, cohorts[name])}" for name, value in margins.items()
        )
        chosen = "" if manifest.judging.equal_within is None else ", as the specification says"
        yield Sentence(
            "Scores are called equal where two one-sided t-tests, corrected likewise, show that "
            f"they differ by less than {ends}{chosen or ' (one test subject)'}."
        )


def _done(records: ReportTables) -> Iterator[Sentence]:
    manifest, cells = records.manifest, records.cells
    where = manifest.provenance
    n_ok = int((cells["status"] == "ok").sum())
    packages = tuple(where.packages)
    versions = ", ".join(f"{name} {version}" for name, version in where.packages.items())
    yield Sentence(
        f"Of {plural(len(cells), 'planned cell')} (a strategy or the reference, on one block, in "
        f"one repetition) {n_ok} succeeded. They were run with albench {where.albench}, Python "
        f"{where.python}, {versions}, on {where.cpu} with {cores_text(where.cores)} and "
        f"{where.memory_gb:g} GB (GPU: {where.gpu}).",
        ("albench", *packages),
    )

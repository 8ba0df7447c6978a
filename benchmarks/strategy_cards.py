"""Write a card for every strategy from code and measurements: docs/strategy-cards.md.

``python benchmarks/strategy_cards.py`` writes the page again from the descriptors, the docstrings,
the last measurement (docs/strategy-cards.json) and results/traps, where that is there.
``--measure`` times every strategy first; that takes some minutes.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from albench.analysis import curves, traps
from albench.analysis.traps import Fate
from albench.metrics.catalogue import LABELS
from albench.reporting.load import load
from albench.strategies.plugin import albench_strategies
from albench.testing.specimen import specimen_of
from albench.testing.strategies.growth import exponent
from albench.testing.strategies.queries import N, usual

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from albench.api import Descriptor
    from albench.spec.traps import Trap

    Scaling = Mapping[str, Mapping[str, float]]
    TrapLines = Mapping[str, Sequence[str]]

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "strategy-cards.md"
MEASURED = ROOT / "docs" / "strategy-cards.json"
RESULTS = ROOT / "results" / "traps"
SIZES = (8000, 16_000, 32_000)
REPEATS = 3

INTRODUCTION = f"""# Strategy cards

Written by `python benchmarks/strategy_cards.py` from descriptors, docstrings and measurements: do
not edit. All strategies in one table: [strategies.md](strategies.md).

*Measured* is the time of the choice itself on {SIZES[-1]} candidates with default options, a query
of {N}, one thread, and the power of the pool's size with which it grows, from {SIZES[-3]} to
{SIZES[-1]} candidates (least of {REPEATS} processor times; what the model computes is not in it).
Where that is a few milliseconds, what does not grow hides what does. *Traps* are those of
`results/traps`, explained in [traps.md](traps.md); of a trap that a strategy fell into, its mean
and random's are told.
"""


def page(descriptors: Sequence[Descriptor], scaling: Scaling, trap_lines: TrapLines) -> str:
    """Return the page.

    Parameters
    ----------
    descriptors : sequence of Descriptor
        In the order of the cards.
    scaling : mapping
        By strategy: seconds and exponent; may lack some.
    trap_lines : mapping of str to sequence of str
        By strategy: what traps showed; may lack some.

    Returns
    -------
    str
        Markdown.
    """
    cards = [
        "\n".join(_card(each, scaling.get(each.name), trap_lines.get(each.name)))
        for each in descriptors
    ]
    return "\n".join([INTRODUCTION, *cards])


def _card(
    descriptor: Descriptor, scaling: Mapping[str, float] | None, trap_lines: Sequence[str] | None
) -> Iterator[str]:
    yield f"## `{descriptor.name}`\n\n{descriptor.summary}\n"
    yield from (f"{paragraph}\n" for paragraph in _explained(descriptor))
    yield f"- **Source:** {descriptor.citation or 'none'}"
    needs = ", ".join(f"`{need}`" for need in sorted(descriptor.needs))
    yield f"- **Needs:** {needs or 'nothing of the model'}; {_modalities(descriptor)}"
    yield f"- **Marks:** {', '.join(sorted(descriptor.tags)) or 'none'}"
    yield f"- **Cost class:** {descriptor.cost}"
    if scaling is None:
        yield "- **Measured:** not yet"
    else:
        milliseconds = 1000 * scaling["seconds"]
        yield f"- **Measured:** {milliseconds:.3g} ms, grows as n^{scaling['exponent']:.2f}"
    options = [
        f"`{each.name} = {json.dumps(each.default)}`: {each.help}" for each in descriptor.options
    ]
    yield f"- **Options:** {'; '.join(options) or 'none'}"
    yield from (f"- **Traps:** {line}" for line in (trap_lines or ["not tried"]))
    yield ""


def _modalities(descriptor: Descriptor) -> str:
    least, most = descriptor.modalities
    if most is not None:
        return f"{least} to {most} modalities"
    return "any number of modalities" if least == 1 else f"{least} modalities or more"


def _explained(descriptor: Descriptor) -> Iterator[str]:
    """Yield what its docstring says, then what its module's says behind the first line."""
    module_name, _, name = descriptor.target.partition(":")
    module = importlib.import_module(module_name)
    text = inspect.getdoc(getattr(module, name)) or ""
    # The first sentence says what the summary says.
    yield from _paragraphs(re.split(r"\n\n\w+\n-{3,}\n", text)[0])[1:]
    yield from _paragraphs((inspect.getdoc(module) or "").partition("\n\n")[2])


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def measured(descriptors: Sequence[Descriptor]) -> dict[str, dict[str, float]]:
    """Return how long each strategy takes, and how that grows with the pool.

    Parameters
    ----------
    descriptors : sequence of Descriptor
        Whose targets can be imported.

    Returns
    -------
    dict
        By strategy: ``seconds`` on the largest pool, and ``exponent``.
    """
    timings = {}
    for descriptor in descriptors:
        seconds = [_least_seconds(descriptor, size) for size in SIZES]
        timings[descriptor.name] = {
            "seconds": float(f"{seconds[-1]:.3g}"),
            "exponent": round(exponent(SIZES, seconds), 2),
        }
        print(descriptor.name, timings[descriptor.name])
    return timings


def _least_seconds(descriptor: Descriptor, size: int) -> float:
    specimen = specimen_of(descriptor)
    problem = usual(specimen, n_pool=size)
    times = []
    for _ in range(REPEATS):
        strategy, view = specimen.build(), problem.view(descriptor.needs)
        with threadpool_limits(1):  # threads that wait for each other count as processor time
            began = time.process_time()
            strategy(view, N, np.random.default_rng(0))
            times.append(time.process_time() - began)
    return max(min(times), 1e-6)


def trap_lines(results: Path) -> dict[str, list[str]]:
    """Return what traps showed of each strategy.

    Parameters
    ----------
    results : Path
        ``results/traps``; nothing is known where it has not been run.

    Returns
    -------
    dict of str to list of str
        By strategy.
    """
    if not (results / "manifest.json").is_file():
        return {}
    records = load(results)
    rounds = curves.joined(records.cells, records.scores)
    rows = [
        (trap, row)
        for trap in records.manifest.traps
        for row in traps.fates(rounds, records.marks, trap).to_dict("records")
    ]
    return {name: _of_strategy(name, rows) for name in sorted({row["strategy"] for _, row in rows})}


def _of_strategy(name: str, rows: Sequence[tuple[Trap, Any]]) -> list[str]:  # rows of tables
    own = [(trap, row) for trap, row in rows if row["strategy"] == name]
    fell = [_fall(trap, row) for trap, row in own if row["fate"] == Fate.FELL]
    others = {
        fate: [trap.cohort for trap, row in own if row["fate"] == fate]
        for fate in (Fate.DID_NOT, Fate.OPEN)
    }
    lines = [f"fell into {'; '.join(fell)}"] if fell else []
    if others[Fate.DID_NOT]:
        lines.append(f"did not fall into {', '.join(others[Fate.DID_NOT])}")
    if others[Fate.OPEN]:
        lines.append(f"not decided for {', '.join(others[Fate.OPEN])}")
    return lines


def _fall(trap: Trap, row: Mapping[str, Any]) -> str:  # a row of a table
    what = trap.mark or LABELS.get(trap.metric or "", "subjects")
    return f"*{trap.cohort}* ({what} {row['value']:.2f}, random {row['value_random']:.2f})"


def known_scaling() -> dict[str, dict[str, float]]:
    """Return the last measurement; nothing before the first."""
    if not MEASURED.is_file():
        return {}
    scaling: dict[str, dict[str, float]] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return scaling


def main() -> None:
    """Write the page, after measuring if that is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--measure", action="store_true", help="time every strategy first")
    descriptors = tuple(albench_strategies())
    if parser.parse_args().measure:
        text = json.dumps(measured(descriptors), indent=1, sort_keys=True)
        MEASURED.write_text(f"{text}\n", encoding="utf-8")
    text = page(descriptors, known_scaling(), trap_lines(RESULTS))
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

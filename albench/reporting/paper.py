"""What a paper needs beside tables and figures: methods, references, and how to rebuild each.

Arguments are those of `albench.reporting`.
"""

from __future__ import annotations

import csv
import io
import shlex
from typing import TYPE_CHECKING

from albench.report_formats import FORMATS, PICTURES, TABLES, USUAL
from albench.reporting.bibliography import as_bibtex, references_of
from albench.reporting.content import Figure, Table
from albench.reporting.data_files import csv_field
from albench.reporting.file_names import file_name
from albench.reporting.formats import cores_text
from albench.reporting.latex import HEAD, latex_text
from albench.reporting.methods import Sentence, methods

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from albench.records.manifest import Manifest
    from albench.reporting.bibliography import Entry
    from albench.reporting.content import Section
    from albench.reporting.load import ReportTables
    from albench.spec.slices import Slice

ENDINGS = {"latex": "tex"}
"""Of files whose name does not end in their format."""


def report_command(
    results: str, part: Slice, rivals: Sequence[str], formats: Collection[str]
) -> str:
    """Return the command that draws a whole report again.

    A report in fewer formats would take away the files of all others: the command names all.

    Parameters
    ----------
    results : str
        Where the results are expected: ``runs/NAME``, or ``results/NAME`` once they are published.
    part : Slice
        What is shown.
    rivals : sequence of str
        Who is compared.
    formats : collection of str
        Those that are written.

    Returns
    -------
    str
        For a shell.
    """
    words = ["albench", "report", results]
    if rivals:
        words += ["--compare", ",".join(rivals)]
    if set(formats) != set(USUAL):
        words += ["--format", ",".join(kind for kind in FORMATS if kind in formats)]
    return shlex.join(words) + (f" {part.text}" if part else "")


def paper_files(
    records: ReportTables, parts: Sequence[Section], formats: Collection[str], again: str
) -> dict[str, str]:
    """Return the files of the folder ``paper/`` by name.

    They are ``methods.tex``, ``references.bib``, ``environment.txt``, and ``items.csv``, with the
    command that rebuilds each table and figure. `formats` are those that the report is written in,
    and `again` is the result of `report_command`.
    """
    libraries = _libraries(parts)
    references = references_of(records.manifest, libraries)
    return {
        "methods.tex": _methods([*methods(records), *_drawn_with(libraries)], references),
        "references.bib": as_bibtex(references.values()),
        "environment.txt": _environment(records.manifest),
        "items.csv": _items(parts, formats, again),
    }


def _libraries(parts: Sequence[Section]) -> tuple[str, ...]:
    """Return the packages that a report was made with, whichever its results were made with."""
    shows_figures = any(isinstance(piece, Figure) for part in parts for piece in part.parts)
    used = {name for part in parts for name in part.libraries} | {"numpy", "pandas", "scipy"}
    return tuple(sorted(used | ({"matplotlib"} if shows_figures else set())))


def _drawn_with(libraries: tuple[str, ...]) -> Iterator[Sentence]:
    yield Sentence(f"Tables and figures were made with {', '.join(libraries)}.", libraries)


def _methods(sentences: Iterable[Sentence], references: dict[str, list[Entry]]) -> str:
    lines = [*HEAD, r"% \bibliography{references}"]
    for sentence in sentences:
        keys = [entry.key for name in sentence.cites for entry in references.get(name, [])]
        cited = rf"~\cite{{{','.join(dict.fromkeys(keys))}}}" if keys else ""
        text = latex_text(sentence.text)
        lines.append(f"{text.removesuffix('.')}{cited}.")
    return "\n".join([*lines, ""])


def _environment(manifest: Manifest) -> str:
    """Return what the results were made with, as ``pip install -r`` reads it."""
    where = manifest.provenance
    commit = f" (commit {where.commit})" if where.commit else ""
    lines = [
        f"# {manifest.command}",
        f"# albench {where.albench}{commit}, Python {where.python}, {where.os}",
        f"# {where.cpu}, {cores_text(where.cores)}, {where.memory_gb:g} GB, GPU: {where.gpu}",
    ]
    lines += [f"{name}=={version}" for name, version in sorted(where.packages.items())]
    return "\n".join([*lines, ""])


def _items(parts: Sequence[Section], formats: Collection[str], again: str) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(("file", "section", "title", "command"))
    for section in parts:
        for file, title in _files(section, formats):
            writer.writerow(map(csv_field, (file, section.title, title, again)))
    return target.getvalue()


def _files(section: Section, formats: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield each file of a section with its title."""
    for part in section.parts:
        if isinstance(part, Table):
            for kind in (kind for kind in TABLES if kind in formats):
                yield f"tables/{file_name(part.name)}.{ENDINGS.get(kind, kind)}", part.title
        elif isinstance(part, Figure):
            for kind in (kind for kind in PICTURES if kind in formats):
                title = part.caption.replace("**", "").partition(". ")[0].rstrip(".")
                yield f"figures/{part.name}.{kind}", title

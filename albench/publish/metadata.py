"""Metadata of published results for catalogues: Croissant and RO-Crate, both JSON-LD."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import time
from typing import TYPE_CHECKING, Any

import pandas as pd

from albench.plural import plural
from albench.records.manifest import read_manifest
from albench.reporting.bibliography import references_of
from albench.reporting.formats import cores_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from albench.records.manifest import Manifest

    Json = dict[str, Any]  # JSON-LD has no types of its own

CROISSANT = "croissant.json"
CRATE = "ro-crate-metadata.json"
TABLES = {
    "cells": "One row per planned cell: a strategy, or the reference, on a block in a repetition.",
    "scores": "One row per cell and round: labels bought, times, and scores on the test part.",
    "marks": "One row per cell, round and mark: how many of the picked candidates are marked.",
}
"""Text tables that Croissant describes column by column, and what their rows are."""
ENCODINGS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".html": "text/html",
    ".md": "text/markdown",
}
NO_LICENCE = "No licence is stated: ask the authors."
CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that Croissant 1.0 prescribes."""


def write_metadata(results: Path, *, is_new: bool) -> None:
    """Write ``croissant.json`` and ``ro-crate-metadata.json`` of published results.

    Parameters
    ----------
    results : Path
        ``results/NAME``, with its manifest, tables and report.
    is_new : bool
        Whether they are published now: today, or on the day of ``SOURCE_DATE_EPOCH``. Otherwise
        the date is kept that is told already.
    """
    manifest = read_manifest(results / "manifest.json")
    date = _today() if is_new else _published(results)
    for name, content in (
        (CROISSANT, _croissant(results, manifest, date)),
        (CRATE, _crate(results, manifest, date)),
    ):
        text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        (results / name).write_text(text, encoding="utf-8", newline="\n")


def _published(results: Path) -> str:
    try:
        date = json.loads((results / CROISSANT).read_text(encoding="utf-8"))["datePublished"]
        return datetime.date.fromisoformat(date).isoformat()
    except (OSError, ValueError, KeyError, TypeError):  # there is none, or it is not ours
        return _today()


def _today() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    seconds = int(epoch) if epoch.isdecimal() else time.time()
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC).date().isoformat()


def _files(results: Path) -> Iterator[Path]:
    """Yield the files of the records, which metadata describe."""
    kinds = {".csv", ".json", ".parquet"}
    for path in sorted(results.iterdir()):
        if path.is_file() and path.suffix in kinds and path.name not in {CROISSANT, CRATE}:
            yield path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _description(manifest: Manifest) -> str:
    question = " ".join(manifest.question.split())
    simulated = [name for name, facts in manifest.cohorts.items() if facts.simulated]
    about = f" Simulated data: {', '.join(simulated)}." if simulated else ""
    return (
        f"{question} Results of the active-learning benchmark {manifest.name}, made with albench "
        f"{manifest.provenance.albench} by `{manifest.command}`.{about}"
    ).strip()


def _croissant(results: Path, manifest: Manifest, date: str) -> Json:
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"albench-{manifest.name}",
        "description": _description(manifest),
        "license": NO_LICENCE,
        "datePublished": date,
        "citeAs": _cited(manifest),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": path.name,
                "name": path.name,
                "contentUrl": path.name,
                "contentSize": f"{path.stat().st_size} B",
                "encodingFormat": ENCODINGS[path.suffix],
                "sha256": _sha256(path),
            }
            for path in _files(results)
        ],
        "recordSet": [
            _record_set(name, what, pd.read_csv(results / f"{name}.csv"))
            for name, what in TABLES.items()
        ],
    }


def _cited(manifest: Manifest) -> str:
    """Return the entry of the program, by which results are cited that say nothing else."""
    return references_of(manifest)["albench"][0].as_bibtex()


def _record_set(name: str, what: str, table: pd.DataFrame) -> Json:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": what,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{name}/{column}",
                "name": column,
                "dataType": _type(table[column]),
                "source": {"fileObject": {"@id": f"{name}.csv"}, "extract": {"column": column}},
            }
            for column in table.columns
        ],
    }


def _type(column: pd.Series[Any]) -> str:  # of whatever type the column has
    if pd.api.types.is_bool_dtype(column):
        return "sc:Boolean"
    if pd.api.types.is_integer_dtype(column):
        return "sc:Integer"
    return "sc:Float" if pd.api.types.is_float_dtype(column) else "sc:Text"


def _crate(results: Path, manifest: Manifest, date: str) -> Json:
    files = list(_files(results))
    pages = [results / name for name in ("report/index.html", "report/report.md")]
    parts = [*files, *(path for path in pages if path.is_file())]
    where = manifest.provenance
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "about": {"@id": "./"},
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": manifest.title,
                "description": _description(manifest),
                "datePublished": date,
                "license": NO_LICENCE,
                "hasPart": [{"@id": path.relative_to(results).as_posix()} for path in parts],
                "mentions": {"@id": "#run"},
            },
            *(_file(path, results) for path in parts),
            {
                "@id": "#run",
                "@type": "CreateAction",
                "name": manifest.command,
                "instrument": {"@id": "#albench"},
                "result": [{"@id": path.name} for path in files],
                "description": (
                    f"Python {where.python}, {where.os}, {where.cpu}, "
                    f"{cores_text(where.cores)}, "
                    f"{where.memory_gb:g} GB, GPU: {where.gpu}; seed {manifest.seed}, "
                    f"{plural(manifest.repetitions, 'repetition')}"
                ),
            },
            {
                "@id": "#albench",
                "@type": "SoftwareApplication",
                "name": "albench",
                "version": where.albench,
                "softwareRequirements": [{"@id": f"#{name}"} for name in sorted(where.packages)],
            },
            *(
                {
                    "@id": f"#{name}",
                    "@type": "SoftwareApplication",
                    "name": name,
                    "version": version,
                }
                for name, version in sorted(where.packages.items())
            ),
        ],
    }


def _file(path: Path, results: Path) -> Json:
    description = {
        "@id": path.relative_to(results).as_posix(),
        "@type": "File",
        "name": path.name,
        "encodingFormat": ENCODINGS[path.suffix],
    }
    # A page is drawn again at any time; what records hold is what is published.
    return description | ({"sha256": _sha256(path)} if path.parent == results else {})

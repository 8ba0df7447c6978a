"""Metadata of published results: catalogues read them, and what they say of files is true."""

from __future__ import annotations

import hashlib
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

import albench
from albench.cli import main
from albench.publish.metadata import CRATE, CROISSANT, write_metadata

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "results" / "quickstart"


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of published results, with metadata of a given day."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    copy = Path(shutil.copytree(COMMITTED, tmp_path / "quickstart"))
    write_metadata(copy, is_new=True)
    return copy


def told(results: Path, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((results / name).read_text(encoding="utf-8"))
    return content


def test_croissant_is_valid_and_reads_every_cell(results: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries that mlcroissant uses
        import mlcroissant

        dataset = mlcroissant.Dataset(jsonld=str(results / CROISSANT))
        assert not dataset.metadata.ctx.issues.errors
        cells = list(dataset.records("cells"))
    assert len(cells) == len(pd.read_csv(results / "cells.csv"))
    assert cells[0]["cells/cohort"] == b"breast-cancer"
    assert isinstance(cells[0]["cells/seconds"], float)


def test_croissant_that_is_wrong_would_be_noticed(results: Path) -> None:
    content = told(results, CROISSANT)
    content["recordSet"][0]["field"][0]["source"]["fileObject"]["@id"] = "nowhere.csv"
    (results / CROISSANT).write_text(json.dumps(content), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlcroissant

        with pytest.raises(mlcroissant.ValidationError):
            mlcroissant.Dataset(jsonld=str(results / CROISSANT))


def test_a_crate_can_be_read_and_its_parts_are_there(results: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from rocrate.rocrate import ROCrate

        crate = ROCrate(str(results))
    root = crate.root_dataset
    assert root["datePublished"] == "2023-11-14"
    parts = [part.id for part in root["hasPart"]]
    assert "scores.csv" in parts
    assert all((results / part).is_file() for part in parts)
    assert crate.get("#torch")["version"]


def test_what_is_said_of_files_is_true(results: Path) -> None:
    files = told(results, CROISSANT)["distribution"]
    assert {file["name"] for file in files} >= {"cells.csv", "scores.csv", "manifest.json"}
    crate = {entity["@id"]: entity for entity in told(results, CRATE)["@graph"]}
    for file in files:
        content = (results / file["contentUrl"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["contentSize"] == f"{len(content)} B"
        assert crate[file["name"]]["sha256"] == file["sha256"]


@pytest.mark.sweep
def test_a_report_that_is_drawn_again_keeps_the_date(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [(results / name).read_bytes() for name in (CROISSANT, CRATE)]
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert main(["report", str(results), "--format", "html,markdown"]) == 0
    assert [(results / name).read_bytes() for name in (CROISSANT, CRATE)] == before


@pytest.mark.parametrize("damage", ["", "{}", "[]", '{"datePublished": "soon"}'])
def test_a_date_that_cannot_be_read_is_told_anew(results: Path, damage: str) -> None:
    (results / CROISSANT).write_text(damage, encoding="utf-8")
    write_metadata(results, is_new=False)
    assert told(results, CROISSANT)["datePublished"] == "2023-11-14"


def test_simulated_data_are_called_so(results: Path) -> None:
    assert "Simulated data: liver." in told(results, CROISSANT)["description"]


def test_the_citation_file_is_of_this_version_and_licence() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == albench.__version__
    assert f'license = "{citation["license"]}"' in (ROOT / "pyproject.toml").read_text()
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "type"} <= citation.keys()

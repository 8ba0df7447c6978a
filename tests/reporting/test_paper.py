"""What a paper needs besides tables: methods, references, environment and commands."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from albench.cli import main
from albench.reporting import writing
from albench.reporting.bibliography import as_bibtex, references_of
from albench.reporting.content import Section
from albench.reporting.latex import HEAD
from albench.reporting.load import load
from albench.reporting.methods import in_words, methods
from albench.reporting.paper import paper_files
from albench.reporting.sections import environment, head_to_head, metric

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
COMMITTED = sorted(path.parent for path in ROOT.glob("results/*/cells.csv"))
needs_latex = pytest.mark.skipif(
    not (shutil.which("pdflatex") and shutil.which("bibtex")), reason="no pdflatex or no bibtex"
)
HOSTILE = (
    "Bobby {Tables 2020, \\end{document}",
    "100 % & $x_1^2$ #\\",
    "ours: a { remark",
    "",
    ";;",
)


def compiled(paper: Path, folder: Path) -> str:
    """Return the log of a document that has the methods and their references."""
    preamble = [line.removeprefix("% ") for line in HEAD]
    end = [r"\bibliographystyle{plain}", r"\bibliography{references}", r"\end{document}"]
    body = [r"\documentclass{article}", *preamble, r"\begin{document}", r"\input{methods}", *end]
    for path in paper.iterdir():
        shutil.copy(path, folder)
    (folder / "all.tex").write_text("\n".join(body), encoding="utf-8")
    latex = ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", "all"]
    said = ""
    for command in (latex, ["bibtex", "all"], latex, latex):
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True)  # noqa: S603  # fixed words
        said = said + done.stdout.decode(errors="replace") if command[0] == "bibtex" else said
    return said + (folder / "all.log").read_text(encoding="utf-8", errors="replace")


def faults(log: str) -> list[str]:
    return re.findall(r"^(?:!|Warning--|I was|(?:LaTeX|Package) .*Warning).*", log, re.MULTILINE)


@pytest.fixture
def toy(make_toy: Callable[..., Any]) -> Any:
    made = make_toy(n_repetitions=2)
    for plugin, citation in zip(made.manifest["plugins"], HOSTILE, strict=False):
        plugin["citation"] = citation
    return made


@needs_latex
@pytest.mark.sections(environment)
def test_methods_and_references_compile_whatever_plugins_cite(toy: Any, tmp_path: Path) -> None:
    folder = tmp_path / "latex"
    folder.mkdir()
    log = compiled(writing.write(toy.write()).parent / "paper", folder)
    assert "Output written on all.pdf" in log
    assert faults(log) == []


@needs_latex
@pytest.mark.parametrize(
    "results",
    [
        # The benchmark of strategies cites the most.
        pytest.param(path, marks=[pytest.mark.sweep] * (path.name != "strategies"), id=path.name)
        for path in COMMITTED
    ],
)
def test_the_references_of_published_results_compile(results: Path, tmp_path: Path) -> None:
    records = load(results)
    for name, text in paper_files(records, [], ["latex"], "albench").items():
        (tmp_path / "paper").mkdir(exist_ok=True)
        (tmp_path / "paper" / name).write_text(text, encoding="utf-8")
    folder = tmp_path / "latex"
    folder.mkdir()
    log = compiled(tmp_path / "paper", folder)
    assert faults(log) == []


@pytest.mark.parametrize("results", COMMITTED, ids=lambda path: path.name)
def test_every_plugin_and_library_has_a_reference(results: Path) -> None:
    manifest = load(results).manifest
    references = references_of(manifest)
    assert {part.name for part in manifest.plugins} <= references.keys()
    assert manifest.provenance.packages.keys() <= references.keys()
    keys = re.findall(r"^@\w+\{(.*),$", as_bibtex(references.values()), re.MULTILINE)
    assert len(set(keys)) == len(keys)
    assert all(entry.key in keys for entries in references.values() for entry in entries)


def test_a_citation_becomes_authors_year_and_title_or_stays_a_note(toy: Any) -> None:
    for plugin, citation in zip(
        toy.manifest["plugins"],
        ("Ash et al. 2020, Deep batch", "Gao, Li & Wu 2021, arXiv 2111.00694", "after Wang 2019"),
        strict=False,
    ):
        plugin["citation"] = citation
    references = references_of(load(toy.write()).manifest)
    names = [plugin["name"] for plugin in toy.manifest["plugins"]]
    first, second, third = (references[name][0].fields for name in names[:3])
    assert first == {"author": "{Ash} and others", "year": "2020", "title": "Deep batch"}
    assert second["author"] == "{Gao} and {Li} and {Wu}"
    assert second["eprint"] == "2111.00694"
    assert third == {"note": "after Wang 2019", "key": "after Wang 2019"}


def test_a_work_has_one_entry_however_it_is_cited(toy: Any) -> None:
    for plugin, citation in zip(
        toy.manifest["plugins"],
        (
            "Gal, Islam & Ghahramani 2017; Gao et al. 2020 (MMFN-AL, arXiv 2011.00694)",
            "Gao, Zhou, Liu, arXiv 2011.00694 (its numbers)",
            "Gal, Islam & Ghahramani 2017, Deep Bayesian active learning with image data",
            "as baseline: Gao et al. 2020, arXiv 2011.00694",
        ),
        strict=False,
    ):
        plugin["citation"] = citation
    references = references_of(load(toy.write()).manifest)
    names = [plugin["name"] for plugin in toy.manifest["plugins"][:4]]
    both = [entry.key for entry in references[names[0]]]
    keys = [[entry.key for entry in references[name]] for name in names[1:]]
    assert keys == [both[1:], both[:1], both[1:]]
    assert as_bibtex(references.values()).count("2011.00694") == 1


def test_a_work_that_is_cited_by_its_number_has_the_fields_of_the_fullest(toy: Any) -> None:
    for plugin, citation in zip(
        toy.manifest["plugins"],
        ("Wu 2021, arXiv 2111.00694", "Wu 2021, On labels, arXiv 2111.00694"),
        strict=False,
    ):
        plugin["citation"] = citation
    references = references_of(load(toy.write()).manifest)
    first, second = (references[plugin["name"]] for plugin in toy.manifest["plugins"][:2])
    assert first[0].as_bibtex() == second[0].as_bibtex()
    assert first[0].fields["title"] == "On labels"


def test_what_computed_a_report_is_cited_though_the_run_did_not_use_it(toy: Any) -> None:
    records = load(toy.write())
    parts = [Section("Cohorts like these", (), ("statsmodels",))]
    files = paper_files(records, parts, ["latex"], "albench")
    assert "Seabold" in files["references.bib"]
    assert re.search(r"statsmodels~.cite\{[^}]*statsmodels[^}]*\}", files["methods.tex"])


def test_options_of_models_are_told_in_words() -> None:
    recorded = "core/m (weights_file None, frozen True, gate_bias False, width 64); trained anew"
    assert in_words(recorded) == "core/m (frozen, no gate bias, width 64); trained anew"
    assert in_words("core/m (weights None); trained anew") == "core/m; trained anew"
    assert in_words("core/m") == "core/m"


def test_two_references_never_share_a_key(toy: Any) -> None:
    for plugin, title in zip(toy.manifest["plugins"], ("Deep a", "Deep b"), strict=False):
        plugin["citation"] = f"Ash et al. 2020, {title}"
    references = references_of(load(toy.write()).manifest)
    keys = {references[plugin["name"]][0].key for plugin in toy.manifest["plugins"][:2]}
    assert keys == {"ash2020deep", "ash2020deepb"}


def test_the_methods_hold_the_real_values_of_the_protocol(toy: Any) -> None:
    toy.manifest["judging"]["equal_within"] = 0.0123
    toy.manifest["seed"] = 4711
    records = load(toy.write())
    text = " ".join(sentence.text for sentence in methods(records))
    for expected in (
        "seed 4711",
        f"{records.manifest.repetitions} repetitions",
        "0.0123",
        "initial 10, query 10",
        "120 subjects",
    ):
        assert expected in text
    assert f"Of {len(records.cells)} planned cells" in text


@pytest.mark.sections(head_to_head, metric)
def test_each_table_and_figure_is_listed_with_the_command_that_rebuilds_it(toy: Any) -> None:
    folder = toy.write()
    assert main(["report", str(folder), "--compare", "margin,esd"]) == 0
    report = folder / "report"
    with (report / "paper" / "items.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    written = {
        f"{path.parent.name}/{path.name}"
        for name in ("tables", "figures")
        for path in (report / name).iterdir()
    }
    assert {row["file"] for row in rows} == written
    expected = f"albench report results/{toy.manifest['name']} --compare margin,esd"
    assert {row["command"] for row in rows} == {expected}


@pytest.mark.sections(metric)
def test_the_command_of_an_item_takes_no_other_item_away(toy: Any) -> None:
    folder = toy.write()
    assert main(["report", str(folder), "--format", "png,csv"]) == 0
    text = (folder / "report" / "paper" / "items.csv").read_text(encoding="utf-8")
    commands = {row["command"] for row in csv.DictReader(text.splitlines())}
    assert commands == {f"albench report results/{toy.manifest['name']} --format csv,png"}


@pytest.mark.sections(metric)
def test_a_run_is_drawn_again_where_it_ran(toy: Any) -> None:
    folder = toy.write()
    (folder / "journal").mkdir()
    (folder / "journal" / "1.jsonl").touch()
    items = (writing.write(folder).parent / "paper" / "items.csv").read_text(encoding="utf-8")
    assert f"albench report runs/{toy.manifest['name']}" in items

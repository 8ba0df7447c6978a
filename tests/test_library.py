"""albench as a library: the functions that `import albench` gives."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import tomli_w

import albench
from albench.cli import main
from albench.errors import InputError, RecordsError, SpecError
from albench.library import PLANNED, ROUNDS, Results
from albench.reporting import build
from albench.reporting.sections import answer

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "docs" / "python.ipynb"
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

TINY: dict[str, Any] = {
    "name": "tiny",
    "title": "Two strategies on digits",
    "question": "Is margin better than random?",
    "seed": 1,
    "repetitions": 2,
    "cohorts": {
        "digits": {"modalities": {"f": {"loader": "digits", "options": {"view": "fourier"}}}}
    },
    "models": {
        "small": {"plugin": "mmfn", "options": {"hidden": 8, "width": 8}, "training": {"epochs": 1}}
    },
    "budgets": {"low": {"initial": 20, "query": 10, "stop": 30}},
    "strategies": {"margin": {"plugin": "margin"}},
    "matrix": [
        {"cohorts": ["digits"], "models": ["small"], "budgets": ["low"], "strategies": ["margin"]}
    ],
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "SECTIONS", (answer.section,))  # a whole report takes seconds
        return albench.run(TINY, tmp_path_factory.mktemp("library") / "tiny", jobs=1)


def only_tables(results: Path, to: Path) -> Path:
    """Copy results without their records, which take seconds to read where there are many."""
    to.mkdir()
    for table in [*results.glob("*.csv"), results / "manifest.json"]:
        shutil.copy(table, to)
    return to


def test_importing_albench_imports_nothing_heavy() -> None:
    code = "import sys, albench; assert not {'torch', 'pandas', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603  # our own code


def test_all_names_are_there() -> None:
    assert {"plan", "run", "load", "compare", "report"} <= set(dir(albench))
    with pytest.raises(AttributeError, match="has no attribute 'plans'"):
        _ = albench.plans


def test_a_plan_is_a_table_of_cells() -> None:
    planned = albench.plan(TINY, repetitions=[1])
    assert list(planned.cells) == PLANNED
    assert sorted(planned.cells["strategy"]) == ["all-labels", "margin", "random"]
    assert set(planned.cells["repetition"]) == {1}
    assert list(planned.skipped) == ["what", "reason"]


def test_a_benchmark_is_planned_by_its_name() -> None:
    cells = albench.plan("quickstart", strategy="margin").cells
    assert set(cells["strategy"]) == {"margin", "random", "all-labels"}


def test_a_run_gives_all_frames(results: Results) -> None:
    assert set(results.cells["status"]) == {"ok"}
    assert list(results.rounds) == ROUNDS
    assert "accuracy" in results.scores
    assert results.selections is not None
    assert results.predictions is not None
    bought = results.selections.groupby(["cell", "round"]).size()
    assert set(bought.loc[:, 1]) == {10}
    assert all(abs(sum(row) - 1) < 1e-5 for row in results.predictions["proba"])
    assert (results.folder / "report" / "index.html").is_file()


def test_the_status_of_shards_is_that_of_the_whole(
    results: Results, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    tables = only_tables(results.folder, tmp_path / "tables")
    for folder in (str(results.folder), str(tables)):
        n_ok = []
        for shard in ("1/2", "2/2"):
            assert main(["status", folder, "--json", "--shard", shard]) == 0
            n_ok.append(json.loads(capfd.readouterr().out)["counts"]["ok"])
        assert sum(n_ok) == len(results.cells)
        assert min(n_ok) > 0
    assert main(["status", folder, "--shard", "9/9"]) == 2
    assert "--shard 9/9: has no cell" in capfd.readouterr().err


def test_no_report_is_drawn_of_a_shard(results: Results, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(results.folder), "--shard", "1/2"]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("albench: --shard 1/2: may hold one strategy of a repetition and not")


def test_loading_gives_what_the_run_gave(results: Results) -> None:
    again = albench.load(results.folder)
    pd.testing.assert_frame_equal(again.cells, results.cells)
    pd.testing.assert_frame_equal(again.scores, results.scores)


def test_published_results_give_the_same_frames(results: Results, tmp_path: Path) -> None:
    from albench.publish import publish

    publish(results.folder, tmp_path / "published")
    published = albench.load(tmp_path / "published")
    assert published.selections is not None
    assert results.selections is not None
    pd.testing.assert_frame_equal(published.selections, results.selections)
    pd.testing.assert_frame_equal(published.rounds, results.rounds)


def test_a_comparison_is_a_sentence_and_a_table(results: Results) -> None:
    comparison = albench.compare(results, "margin", "random", "accuracy")
    assert str(comparison).startswith("margin against random, accuracy: ")
    assert comparison.verdict == "too few repetitions"
    assert comparison.low < comparison.difference < comparison.high
    assert len(comparison.blocks) == 1
    back = albench.compare(results.folder, "random", "margin")
    assert back.difference == pytest.approx(-comparison.difference)


def test_a_comparison_of_one_repetition_has_no_interval(results: Results) -> None:
    comparison = albench.compare(results, "margin", "random", "accuracy")
    single = dataclasses.replace(comparison, low=math.nan, high=math.nan)
    assert " (–), " in str(single)


def test_tables_without_records_can_be_compared(results: Results, tmp_path: Path) -> None:
    old = albench.load(only_tables(results.folder, tmp_path / "tables"))
    assert old.selections is None
    assert albench.compare(old, "margin").difference == pytest.approx(
        albench.compare(results, "margin").difference, abs=1e-6
    )


def test_a_wrong_name_is_told_with_the_nearest(results: Results, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'margin'"):
        albench.compare(results, "margn")
    with pytest.raises(InputError, match="did you mean 'accuracy'"):
        albench.compare(results, "margin", metric="accurcy")
    with pytest.raises(InputError, match="did you mean 'strategy'"):
        albench.plan(TINY, stratgy="margin")
    with pytest.raises(InputError, match="cannot be written as TOML"):
        albench.plan({"name": object()})
    with pytest.raises(SpecError, match="repetitons"):
        albench.plan({**TINY, "repetitons": 3})
    with pytest.raises(RecordsError):
        albench.load(tmp_path)


def test_repetitions_are_chosen_as_on_the_command_line() -> None:
    both = albench.plan(TINY, repetitions="0-1").cells
    assert set(both["repetition"]) == {0, 1}
    assert set(albench.plan(TINY, repetitions=1).cells["repetition"]) == {1}


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"repetitions": "4-0"}, "repetitions: found '4-0', expected numbers and ranges from 0"),
        ({"repetitions": [1.5]}, r"repetitions: found \[1.5\], expected numbers from 0"),
        ({"repetitions": None}, "repetitions: found None"),
        ({"repetitions": 9}, "^repetitions 9: there is none"),
        ({"cohort": 5}, "^cohort: found 5, expected a name or a glob"),
        ({"cohort": None}, "^cohort: found None"),
        ({"cohort": [3]}, "^cohort: found"),
        ({"cohort": []}, "^cohort: found"),
        ({"strategy": "badge"}, "^strategy badge: is not in the matrix"),
    ],
)
def test_a_bad_choice_is_told_in_python_s_terms(chosen: dict[str, Any], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        albench.plan(TINY, **chosen)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"device": "gpu"}, "^device: found 'gpu', expected auto, cpu, cuda or cuda:N"),
        ({"device": None}, "^device: found None"),
        ({"device": "cpu", "per_gpu": 2}, "^per_gpu: there is no GPU with device cpu"),
        ({"jobs": 0}, "^jobs: found 0, expected a whole number of 1 or more"),
        ({"jobs": "two"}, "^jobs: found 'two'"),
        ({"per_gpu": 1.5}, "^per_gpu: found 1.5"),
        ({"base": "no-such-folder"}, "^base: there is no folder 'no-such-folder'"),
        ({"output": 5}, "^output: found 5, expected a path"),
        ({"output": __file__}, "choose a folder for the results with output"),
    ],
)
def test_a_bad_argument_of_a_run_is_told_in_python_s_terms(
    given: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InputError, match=problem):
        albench.run(TINY, **given)


def test_all_complaints_are_told_as_by_the_command(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bad = {**TINY, "repetitions": 0, "strategies": {"margin": {"plugin": "no-such"}}}
    path = tmp_path / "bad.toml"
    path.write_text(tomli_w.dumps(bad), encoding="utf-8")
    assert main(["plan", str(path)]) == 2
    said = [line.removeprefix("albench: ") for line in capfd.readouterr().err.splitlines()]
    assert len(said) > 1
    with pytest.raises(InputError) as error:
        albench.plan(path)
    assert [str(each) for each in error.value.complaints] == said
    with pytest.raises(InputError) as error:
        albench.plan(bad)
    assert len(error.value.complaints) == len(said)


def test_results_and_names_of_another_kind_are_told(results: Results) -> None:
    for wrong in (5, None):
        with pytest.raises(InputError, match=r"^results: found"):
            albench.load(wrong)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="no such strategy"):
            albench.compare(results, wrong)  # type: ignore[arg-type]


@pytest.mark.sweep
def test_a_script_without_a_guard_runs_once(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import albench, json\nprint('once')\n"
        f"spec = json.loads({json.dumps(json.dumps(TINY))})\n"
        "print(albench.run(spec, 'out', jobs=1, repetitions=[0]).cells['status'].tolist())\n",
        encoding="utf-8",
    )
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["once", "['ok', 'ok', 'ok']"]


@pytest.mark.sweep
def test_the_notebook_of_the_docs_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) >= 5
    names: dict[str, Any] = {}
    for text in code:
        exec(text, names)  # noqa: S102  # what the docs tell readers to run
    assert names["results"].cells["status"].eq("ok").all()


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_what_the_docs_show_can_be_planned_and_compared(
    snippet: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def planned_only(name: str, **chosen: Any) -> Results:
        assert len(albench.plan(name, **chosen).cells)
        return albench.load(only_tables(ROOT / "results" / name, tmp_path / "tables"))

    monkeypatch.setattr(albench, "run", planned_only, raising=False)
    monkeypatch.setattr(albench, "report", lambda results: results.folder, raising=False)
    exec(snippet, {})  # noqa: S102  # what the docs tell readers to run

"""The page on models says what the models announce."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.error import URLError

import pytest
import torch

from albench import spec
from albench.api import WeightsError
from albench.models.plugin import albench_models
from albench.models.trunks import TRUNKS, trunk_kind
from albench.models.weights import load_weights

PAGE = Path(__file__).parents[2].joinpath("docs", "models.md").read_text(encoding="utf-8")
DESCRIPTORS = {descriptor.name: descriptor for descriptor in albench_models()}
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    match = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"docs/models.md has no section {title}"
    return match.group(1)


def rows(name: str) -> dict[str, str]:
    """Return the defaults that the table of a model gives, by option."""
    table = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", section(f"`{name}`"), re.MULTILINE)
    return {option: default.strip(" `") for option, default in table}


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_every_option_is_on_the_page_with_its_default(name: str) -> None:
    announced = {
        option.name: "-" if option.default is None else json.dumps(option.default)
        for option in DESCRIPTORS[name].options
    }
    assert rows(name) == announced


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_every_default_has_its_reason(name: str) -> None:
    table = re.findall(r"^\| `(\w+)` \|.*\| ([^|]*) \|$", section(f"`{name}`"), re.MULTILINE)
    assert len(table) == len(DESCRIPTORS[name].options)
    for option, why in table:
        assert re.match(r"(paper|follows|source|ours)\b", why), f"{option}: {why!r}"


def test_every_trunk_is_on_the_page_with_its_features() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+)\b", section("Trunks"), re.MULTILINE)
    assert {name: int(features) for name, features in rows} == {
        name: kind.features for name, kind in TRUNKS.items()
    }


def test_every_trunk_is_on_the_page_with_its_weights() -> None:
    rows = re.findall(
        r"^\| `([\w-]+)` \|.*`(\w+_Weights\.\w+)` \|$", section("Trunks"), re.MULTILINE
    )
    assert dict(rows) == {
        name: kind.pretrained
        for name, kind in TRUNKS.items()
        if kind.pretrained and "_Weights" in kind.pretrained
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_specification_with_options_that_exist(example: str) -> None:
    benchmark = spec.parse(example, "models.md", Path()).benchmark
    for model in benchmark.models.values():
        announced = {option.name: option for option in DESCRIPTORS[model.plugin].options}
        for name, value in model.options.items():
            assert announced[name].complaint_about(value) is None


def test_there_is_an_example() -> None:
    assert EXAMPLES


def test_the_message_of_missing_weights_is_the_one_on_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise URLError(OSError(-2, "Name or service not known"))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", "weights")
    monkeypatch.setattr(torch.hub, "download_url_to_file", unreachable)
    trunk = trunk_kind("small").build(3)  # any: weights are looked for before they are fitted in
    with pytest.raises(WeightsError) as raised:
        load_weights(trunk, trunk_kind("resnet50"), "imagenet")

    message = re.sub(r"https://[^/]+", "https://...", str(raised.value))  # the page names no host
    assert f"albench: {message}" in " ".join(section("Trunks").split())

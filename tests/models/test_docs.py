"""The page on models says what the models announce."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from albench.models.plugin import albench_models
from albench.models.trunks import TRUNKS
from albench.spec.schema import ModelSpec

PAGE = Path(__file__).parents[2].joinpath("docs", "models.md").read_text(encoding="utf-8")
DESCRIPTORS = {descriptor.name: descriptor for descriptor in albench_models()}


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/models.md has no section {title}"
    return found.group(1)


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


def test_every_trunk_is_on_the_page_with_its_features() -> None:
    found = re.findall(r"^\| `([\w-]+)` \| (\d+) ", section("Trunks"), re.MULTILINE)
    assert {name: int(features) for name, features in found} == {
        name: kind.features for name, kind in TRUNKS.items()
    }


def test_the_example_is_a_specification_of_models_that_exist() -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    for model in tomllib.loads(example)["models"].values():
        given = ModelSpec.model_validate(model)
        known = {option.name: option for option in DESCRIPTORS[given.plugin].options}
        for name, value in given.options.items():
            assert known[name].complaint_about(value) is None

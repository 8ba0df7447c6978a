"""The page on loaders says what the loaders say."""

import re
import tomllib
from pathlib import Path

import pytest

from albench.api import Descriptor
from albench.loaders.plugin import albench_loaders

PAGE = Path(__file__).parents[2].joinpath("docs", "loaders.md").read_text(encoding="utf-8")
DESCRIPTORS = {descriptor.name: descriptor for descriptor in albench_loaders()}
IN_WORDS = {"liver": ("modality",)}
"""Of a loader whose other options the page leaves to ``albench plugins show``."""


def section(name: str) -> str:
    match = re.search(rf"^##+ `{name}`\n(.*?)(?=^##+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"docs/loaders.md has no section on {name}"
    return match.group(1)


def rows(name: str) -> dict[str, str]:
    """Return the defaults that the page's table of options gives."""
    return dict(re.findall(r"^\| `(\w+)` \| ([^|]*) \|", section(name), re.MULTILINE))


def options(descriptor: Descriptor) -> list[str]:
    return [option.name for option in descriptor.options]


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_a_loader_is_on_the_page_with_its_options(name: str) -> None:
    expected = IN_WORDS.get(name, tuple(options(DESCRIPTORS[name])))
    assert tuple(rows(name)) == expected


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_defaults_on_the_page_are_those_announced(name: str) -> None:
    announced = {option.name: option for option in DESCRIPTORS[name].options}
    for option, default in rows(name).items():
        value = announced[option].default
        if announced[option].required:
            assert default == "needed"
        elif value is not None:
            assert default.strip("`").strip('"') == str(value)


@pytest.mark.parametrize("name", [name for name, d in DESCRIPTORS.items() if d.tags])
def test_what_a_set_lacks_is_on_the_page(name: str) -> None:
    tags = DESCRIPTORS[name].tags
    assert ("no-subject-ids" not in tags) or re.search(
        r"[Ll]acks subject\s+ids|lacking", section(name)
    )
    assert ("simulated" not in tags) or "simulated" in section(name)


def test_examples_name_loaders_and_options_that_exist() -> None:
    for example in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        for cohort in tomllib.loads(example)["cohorts"].values():
            for modality in cohort["modalities"].values():
                announced = options(DESCRIPTORS[modality["loader"]])
                assert set(modality["options"]) <= set(announced)

"""The models keep what their descriptors announce."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from importlib import import_module

import pytest

from albench.api import Descriptor, needs
from albench.models.plugin import albench_models


@pytest.mark.parametrize("descriptor", albench_models(), ids=lambda descriptor: descriptor.name)
def test_options_are_the_targets_own(descriptor: Descriptor) -> None:
    module, _, attribute = descriptor.target.partition(":")
    fields = dataclasses.fields(getattr(import_module(module), attribute))

    announced = {
        option.name: dataclasses.MISSING if option.required else option.default
        for option in descriptor.options
    }

    assert announced == {field.name: field.default for field in fields}


@pytest.mark.parametrize("descriptor", albench_models(), ids=lambda descriptor: descriptor.name)
def test_defaults_are_allowed(descriptor: Descriptor) -> None:
    for option in descriptor.options:
        assert option.required or option.complaint_about(option.default) is None


@pytest.mark.parametrize("descriptor", albench_models(), ids=lambda descriptor: descriptor.name)
def test_only_known_needs_are_provided(descriptor: Descriptor) -> None:
    assert descriptor.provides <= set(needs.NEEDS)


def test_listing_imports_nothing_heavy() -> None:
    code = "import sys, albench.models.plugin as p; p.albench_models(); print(*sys.modules)"
    run = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert not {"torch", "torchvision", "sklearn"} & set(run.stdout.split())

"""Every loader that ships is announced as its function is."""

import importlib
import inspect
import subprocess
import sys

import pytest

from albench.api import Descriptor
from albench.loaders.plugin import albench_loaders

DESCRIPTORS = {descriptor.name: descriptor for descriptor in albench_loaders()}


def target(descriptor: Descriptor) -> inspect.Signature:
    module, _, name = descriptor.target.partition(":")
    return inspect.signature(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_options_are_the_arguments_of_the_function(name: str) -> None:
    parameters = target(DESCRIPTORS[name]).parameters
    assert [option.name for option in DESCRIPTORS[name].options] == list(parameters)


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_defaults_are_those_of_the_function(name: str) -> None:
    parameters = target(DESCRIPTORS[name]).parameters
    for option in DESCRIPTORS[name].options:
        default = parameters[option.name].default
        assert (default is inspect.Parameter.empty) == option.required
        assert option.required or default == option.default


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_a_default_is_itself_allowed(name: str) -> None:
    for option in DESCRIPTORS[name].options:
        assert option.required or option.complaint_about(option.default) is None


@pytest.mark.parametrize("name", DESCRIPTORS)
def test_every_option_is_explained(name: str) -> None:
    assert all(option.help for option in DESCRIPTORS[name].options)


def test_announcing_imports_nothing_heavy() -> None:
    script = (
        "import sys; from albench.loaders.plugin import albench_loaders; albench_loaders();"
        "heavy = {'torch', 'torchvision', 'sklearn', 'pandas', 'PIL', 'scipy'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)  # noqa: S603, PLW1510  # our own script; its status is asserted
    assert (done.returncode, done.stderr) == (0, "")

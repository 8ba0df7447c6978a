import inspect
import subprocess
import sys

from albench.loaders.liver.descriptors import DESCRIPTORS
from albench.loaders.liver.loader import load


def test_announced_defaults_are_those_of_the_loader() -> None:
    parameters = inspect.signature(load).parameters
    announced = {option.name: option.default for option in DESCRIPTORS[0].options[1:]}
    assert announced == {
        name: parameter.default for name, parameter in parameters.items() if name != "modality"
    }


def test_the_cohort_is_tagged_as_simulated() -> None:
    assert "simulated" in DESCRIPTORS[0].tags


def test_announcing_imports_nothing_that_makes_images() -> None:
    code = (
        "import sys, albench.loaders.liver.descriptors\n"
        "assert not {'scipy', 'torch', 'albench.loaders.liver.loader'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 # our own code

"""A check across processes: the same seed builds the same network and trunks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from albench.testing.checks import Check, Skip, Violation
from albench.testing.models.sample_networks import (
    built,
    logits,
    require_close,
    through,
    usual_samples,
)
from albench.testing.other_process import call_in_other_process, is_importable
from albench.testing.specimen import specimen_of

if TYPE_CHECKING:
    from albench.api import Descriptor
    from albench.testing.models.sample_networks import Samples
    from albench.testing.specimen import Specimen


def _another_process_builds_the_same(specimen: Specimen) -> None:
    if not is_importable(specimen):
        raise Skip("its target was passed directly, so that no other process can import it")
    samples = usual_samples(specimen)
    here = _answers(specimen, samples)
    function = f"{__name__}:{answers_to.__name__}"
    there: Any = call_in_other_process(
        function, specimen.descriptor, dict(specimen.options), samples
    )
    for name, key in here["keys"].items():
        if there["keys"].get(name) != key:
            raise Violation(
                f"in another process the key of the trunk of {name} is another, so that its "
                f"outputs are never found again: {there['keys'].get(name)!r}, here {key!r}"
            )
    for what, numbers in here["numbers"].items():
        expected, came = torch.tensor(numbers), torch.tensor(there["numbers"][what])
        require_close(came, expected, f"in another process, {what} are others")


def answers_to(
    descriptor: Descriptor, options: dict[str, Any], samples: Samples
) -> dict[str, dict[str, Any]]:  # keys are strings, numbers are nested lists
    """Return the outputs of a model in this process, for the process that asks.

    They are the ``keys`` of its trunks, and the ``numbers`` of its logits and of their outputs, on
    some samples and with the options that are set.
    """
    specimen = specimen_of(descriptor, options=options)
    # A class may keep what it built first, which in a benchmark is often another network.
    built(specimen, samples, n_classes=samples.n_classes + 2)
    return _answers(specimen, samples)


def _answers(specimen: Specimen, samples: Samples) -> dict[str, dict[str, Any]]:  # as above
    net = built(specimen, samples)
    outputs = {
        f"the outputs of the trunk of {name}": through(trunk, samples.raw[name]).tolist()
        for name, trunk in net.trunks.items()
    }
    return {
        "keys": {name: trunk.key for name, trunk in net.trunks.items()},
        "numbers": {"logits": logits(net, samples.tensors()).tolist(), **outputs},
    }


CHECKS = (
    Check(
        _another_process_builds_the_same,
        holds="Built in another process with the same seed, logits and trunks are the same.",
        guards="hash(), the order of sets, or process numbers in initial weights or keys",
    ),
)

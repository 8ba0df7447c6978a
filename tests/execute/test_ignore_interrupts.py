"""The fork server ends with its parent, even during slow imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

ASK = """
import ctypes
from albench.execute import ignore_interrupts

def asked():
    number = ctypes.c_int()
    ctypes.CDLL(None).prctl(2, ctypes.byref(number))  # what was set for the death of the parent
    return number.value

first = asked()
import albench.execute.preloaded
print(first, asked())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be asked for a signal")
def test_a_process_that_loads_is_killed_with_its_parent_and_later_is_not() -> None:
    done = subprocess.run(  # noqa: S603  # our own code
        [sys.executable, "-c", ASK], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["9", "0"]

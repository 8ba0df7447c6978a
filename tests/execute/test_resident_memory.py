"""What counts as memory that a process holds."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from albench.execute.resident_memory import Resident, resident

MIB = 2**20


def test_memory_that_is_taken_is_resident_and_held() -> None:
    gc.collect()
    before = resident(os.getpid())
    taken = np.ones(64 * MIB, dtype=np.uint8)
    after = resident(os.getpid())
    assert taken[-1]
    assert after.mb - before.mb > 48
    assert after.held_mb - before.held_mb > 48


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells pages of files apart")
def test_pages_of_a_mapped_file_are_resident_and_not_held() -> None:
    # A file in a temporary folder might lie in memory.
    library = max(Path(torch.__file__).parent.glob("lib/*"), key=lambda file: file.stat().st_size)
    before = resident(None)
    mapped = np.memmap(library, mode="r")[: 64 * MIB]
    assert mapped.sum(dtype=np.int64)
    after = resident(None)
    assert after.mb - before.mb > 48
    assert after.held_mb - before.held_mb < 16


def test_a_process_that_has_ended_has_nothing() -> None:
    assert resident(2**22 + 1) == Resident()

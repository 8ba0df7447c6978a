"""Which tracebacks count against albench when a part of a run is killed."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from kill_engines import _own_tracebacks

DASK = 'Traceback (most recent call last):\n  File "/x/distributed/comm/tcp.py", line 1, in read\n'
OWN = 'Traceback (most recent call last):\n  File "/x/albench/cli.py", line 3, in main\n'


def test_a_traceback_of_the_cluster_s_own_is_no_fault_of_albench() -> None:
    assert _own_tracebacks(f"{DASK}OSError: gone\n") == 0
    assert _own_tracebacks(f"{DASK}OSError: gone\n{OWN}KeyError: 1\n") == 1
    assert _own_tracebacks("nothing") == 0

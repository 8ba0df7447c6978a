"""Processes that leave their group, session and environment are still found."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import os, subprocess, sys, time
from albench.execute import descendants

friend = subprocess.Popen(["sleep", "60"])
descendants.adopt_orphans()
if {owns}:
    descendants.own_all_children()
start = "subprocess.Popen(['/bin/sleep', '60'], env={{}}, start_new_session=True)"
subprocess.run([sys.executable, "-c", f"import subprocess; {{start}}"], check=True)
time.sleep(0.2)
print(descendants.sweep("token", set()), friend.poll())
descendants.kill_all(os.getpid())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a subreaper")
@pytest.mark.parametrize(("owns", "expected"), [(True, "1 None"), (False, "0 None")])
def test_only_a_process_that_runs_benchmarks_alone_ends_what_bears_no_mark(
    owns: bool, expected: str
) -> None:
    command = [sys.executable, "-c", SCRIPT.format(owns=owns)]
    done = subprocess.run(  # noqa: S603  # our own script
        command, check=False, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == expected, done.stderr

"""How fast this machine is: the time that a small piece of work takes, which is always the same.

Seconds of cells that ran elsewhere are scaled by it. The work is what cells of small networks are
made of: many small operations, and matrix products, on one thread. It says nothing of GPUs.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from pydantic import ValidationError
from threadpoolctl import threadpool_limits

from albench.atomic_file import write_atomically
from albench.cache_folder import default_folder
from albench.records.provenance import cpu_name
from albench.records.run_record import Pace

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORK = 1
"""Raised when the work becomes another: figures of different works cannot be compared."""

DAYS = 30
"""How long a measurement of this machine counts."""

_REPEATS = 3
_UPDATES = 1500
_PRODUCTS = 40


def pace_here() -> Pace:
    """Return how fast this machine is, as it was measured at most `DAYS` days ago.

    Returns
    -------
    Pace
        Measured now if it has not been, which takes a quarter of a second.
    """
    try:
        remembered = Pace.model_validate(json.loads(_file().read_text(encoding="utf-8")))
        age = _today() - datetime.date.fromisoformat(remembered.date)
    except (OSError, ValueError, ValidationError):
        return measure_pace()
    is_recent = datetime.timedelta() <= age <= datetime.timedelta(days=DAYS)
    return remembered if remembered.work == WORK and is_recent else measure_pace()


def measure_pace() -> Pace:
    """Measure how fast this machine is, and remember it.

    Returns
    -------
    Pace
        By the time that one processor needs, whatever else is running.
    """
    with threadpool_limits(1):
        seconds = _best(_train) + _best(_multiply)
    pace = Pace(work=WORK, seconds=round(seconds, 4), date=_today().isoformat())
    with suppress(OSError):  # it is measured again next time
        _file().parent.mkdir(parents=True, exist_ok=True)
        write_atomically(_file(), json.dumps(pace.to_json()).encode())
    return pace


def _file() -> Path:
    """Return where it is remembered: machines may share the folder."""
    machine = f"{platform.node()} {cpu_name()} {np.__version__}"
    return default_folder() / "pace" / f"{hashlib.sha256(machine.encode()).hexdigest()[:16]}.json"


def _today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.UTC).date()


def _best(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(_REPEATS):
        began = time.thread_time()
        work()
        seconds.append(time.thread_time() - began)
    return min(seconds)


def _train() -> None:
    """Train a perceptron of 64, 32 and 10 units on one batch."""
    rng = np.random.default_rng(0)
    x = rng.standard_normal((32, 64), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[rng.integers(10, size=32)]
    first = 0.1 * rng.standard_normal((64, 32), dtype=np.float32)
    second = 0.1 * rng.standard_normal((32, 10), dtype=np.float32)
    for _ in range(_UPDATES):
        hidden = np.maximum(x @ first, 0)
        logits = hidden @ second
        proba = np.exp(logits - logits.max(axis=1, keepdims=True))
        gap = (proba / proba.sum(axis=1, keepdims=True) - y) / len(y)
        back = (gap @ second.T) * (hidden > 0)
        second -= 0.1 * (hidden.T @ gap)
        first -= 0.1 * (x.T @ back)


def _multiply() -> None:
    """Multiply matrices of 384 rows."""
    matrix = np.random.default_rng(0).standard_normal((384, 384), dtype=np.float32)
    for _ in range(_PRODUCTS):
        _ = matrix @ matrix

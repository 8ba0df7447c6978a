"""Streams are keyed by what they are for, and leave the global generators alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from albench.seeds import Purpose, derive, generator, torch_seeded

Key = tuple[Any, ...]

NAMES = st.lists(st.text(max_size=4) | st.integers(), max_size=3)
KEYS = st.tuples(st.integers(0), st.integers(0, 99), st.sampled_from(Purpose), NAMES)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ((0, 0, Purpose.SPLIT), 2583181686548238605),
        ((2026, 5, Purpose.FIRST_LABELS, "digits", "pixels+fourier"), 4093511913536861687),
        ((1, 2, Purpose.STRATEGY, "Klinik Köln", "LSTE", "core/esd {}", 3), 390954591742827430),
    ],
    ids=["plain", "names", "not ascii"],
)
def test_a_seed_is_the_same_on_every_machine(key: Key, expected: int) -> None:
    assert derive(*key) == expected


@given(KEYS)
@settings(derandomize=True, deadline=None)
def test_a_seed_fits_every_generator(key: Key) -> None:
    seed, repetition, purpose, names = key
    derived = derive(seed, repetition, purpose, *names)
    assert 0 <= derived < 2**63
    generator(derived)


@given(KEYS, KEYS)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_seeds_are_equal_only_for_equal_keys(one: Key, other: Key) -> None:
    seeds = [derive(*key[:3], *key[3]) for key in (one, other)]
    assert (seeds[0] == seeds[1]) == (one == other)


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "b"), ("ab",)), (("1",), (1,)), (("a", ""), ("a",)), ((1, 2), (12,))],
    ids=str,
)
def test_names_do_not_run_into_one_another(one: Key, other: Key) -> None:
    assert derive(0, 0, Purpose.SPLIT, *one) != derive(0, 0, Purpose.SPLIT, *other)


def test_a_generator_starts_at_the_start_of_its_stream() -> None:
    assert generator(7).random() == generator(7).random() != generator(8).random()


def test_torch_draws_the_same_inside_two_blocks_of_one_seed() -> None:
    with torch_seeded(7):
        one = torch.rand(5)
    with torch_seeded(7):
        other = torch.rand(5)
    assert torch.equal(one, other)


def test_torch_s_global_generator_is_left_where_it_was() -> None:
    before = torch.random.get_rng_state()
    with torch_seeded(7):
        torch.rand(5)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_torch_s_global_generator_is_restored_after_a_failure() -> None:
    before = torch.random.get_rng_state()

    @torch_seeded(7)
    def fail() -> None:
        torch.rand(5)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_block_inside_a_block_leaves_the_outer_stream_alone() -> None:
    with torch_seeded(7):
        expected = torch.rand(3)
    with torch_seeded(7):
        with torch_seeded(8):
            torch.rand(3)
        assert torch.equal(torch.rand(3), expected)

"""Any exception of a plugin before the run becomes one message naming it and its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from albench.api import Kind, Option, Trunk
from albench.errors import DataError, PluginError
from albench.planning.blame import Blame

if TYPE_CHECKING:
    from collections.abc import Callable

    from albench.api import Modality

_OPTIONS = (
    Option(name="trunk", type=str, default="small", help="the trunk"),
    Option(name="pixels", type=int, default=64, help="the side"),
)


@pytest.fixture
def blame(make_component: Callable[..., Any]) -> Callable[..., Blame]:
    """A toy model of some options."""

    def blame(options: tuple[Option, ...] = _OPTIONS, **values: object) -> Blame:
        filled = {option.name: option.default for option in options} | values
        part = make_component(Kind.MODEL, "mmfn", "albench-toys", options=options)
        return Blame("models.mine", part, filled)

    return blame


def _said(blame: Blame, error: BaseException) -> str:
    with pytest.raises(PluginError) as caught, blame.while_("its network was built"):
        raise error
    (complaint,) = caught.value.complaints
    return str(complaint)


def test_it_names_place_plugin_cause_and_the_options_that_were_set(
    blame: Callable[..., Blame],
) -> None:
    said = _said(blame(trunk="inception-v3"), RuntimeError("kernel 3 > 2"))

    assert said.startswith(
        "models.mine: the model toys/mmfn (albench-toys 1.0) failed while its network was built: "
        "RuntimeError: kernel 3 > 2 (test_blame.py:"
    )
    assert said.endswith(
        "change one of its options here (trunk = 'inception-v3'), or tell the plugin's authors"
    )


def test_an_option_that_the_cause_names_comes_first(blame: Callable[..., Blame]) -> None:
    said = _said(blame(trunk="x"), ValueError("bad 'pixels'"))

    assert "(pixels = 64, trunk = 'x')" in said


def test_with_all_at_their_defaults_the_options_are_listed(blame: Callable[..., Blame]) -> None:
    assert _said(blame(), ValueError("no")).endswith("defaults: try another trunk, pixels")
    assert _said(blame(options=()), ValueError("no")).endswith("tell the plugin's authors")


class _Rude(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (MemoryError(), "out of memory ("),
        (SystemExit(0), "SystemExit: 0 ("),
        (ValueError(), "ValueError ("),
        (_Rude(), "_Rude: (its text cannot be read) ("),
        (ValueError("two\nlines \x1b[31m\udcff"), "ValueError: two lines  [31m  ("),
        (ValueError("x" * 5000), "xxx ... ("),
    ],
    ids=["memory", "exit", "no text", "rude", "control characters", "long"],
)
def test_any_exception_is_one_readable_line(
    blame: Callable[..., Blame], error: BaseException, cause: str
) -> None:
    said = _said(blame(), error)

    assert cause in said
    assert said.isprintable()
    assert len(said) < 700


def test_what_is_a_sentence_already_passes_through(blame: Callable[..., Blame]) -> None:
    with pytest.raises(DataError, match=r"^a sentence$"), blame().while_("it was built"):
        raise DataError("a sentence")
    with pytest.raises(KeyboardInterrupt), blame().while_("it was built"):
        raise KeyboardInterrupt


def test_a_reader_is_blamed_on_its_loader(
    blame: Callable[..., Blame], make_modality: Callable[..., Modality]
) -> None:
    modality = make_modality(["P1", "P2"])
    guarded = blame().reading(modality)

    np.testing.assert_array_equal(guarded.read(np.arange(2)), modality.read(np.arange(2)))
    with pytest.raises(PluginError, match="failed while samples were read: AttributeError"):
        guarded.read(None)  # type: ignore[arg-type]  # to make it fail


def test_a_trunk_that_cannot_be_loaded_is_blamed_on_its_model(blame: Callable[..., Blame]) -> None:
    def load() -> Any:
        raise RuntimeError("too small")

    trunk = Trunk(key="x", shape=(1,), load=load)

    with pytest.raises(PluginError, match=r"its frozen trunk was loaded: RuntimeError: too small"):
        blame().loading(trunk).load()

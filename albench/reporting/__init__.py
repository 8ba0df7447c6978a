"""Reports: tables, figures and page from text tables alone; never imports torch."""

from albench.reporting.writing import write

__all__ = ["write"]

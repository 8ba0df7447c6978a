"""Reports: tables, figures and page from text tables alone; never imports torch."""

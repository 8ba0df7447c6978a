"""Analysis: from tables alone to metrics, label efficiency and comparisons; never imports torch."""

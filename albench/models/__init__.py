"""Models that ship with albench, announced like any plugin."""

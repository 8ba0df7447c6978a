"""Loaders that ship with albench, announced like any plugin."""

"""Checks of loaders."""

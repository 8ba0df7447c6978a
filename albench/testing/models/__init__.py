"""Checks of fusion models."""

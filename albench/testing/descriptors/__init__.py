"""Checks of what a plugin of any kind says about itself."""

"""Checks of query strategies; `catalogue` lists them, and alone imports them all."""

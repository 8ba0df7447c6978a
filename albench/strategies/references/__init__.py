"""References: what a strategy must beat, and what it could reach at most."""

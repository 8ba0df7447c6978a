"""Mathematics that strategies share: arrays in, arrays out; SciPy is imported in the call."""

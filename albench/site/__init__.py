"""A static site over several benchmarks, rebuilt from its sources each time."""

"""A static site over several benchmarks, made anew from its sources each time."""

"""albench: a plugin-based benchmark suite for active learning on one or many modalities."""

__version__ = "0.1.0"

"""Checks of fusion models."""

from albench.testing.models import (
    across_processes,
    after_training,
    building,
    embedding,
    encode_embed_fuse,
    large_batches,
    parameters,
    provided_needs,
    trunks,
)

CHECKS = (
    *building.CHECKS,
    *encode_embed_fuse.CHECKS,
    *large_batches.CHECKS,
    *embedding.CHECKS,
    *parameters.CHECKS,
    *after_training.CHECKS,
    *trunks.CHECKS,
    *provided_needs.CHECKS,
    *across_processes.CHECKS,
)

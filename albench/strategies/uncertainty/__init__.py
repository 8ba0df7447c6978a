"""Strategies that rank candidates by how unsure the model is of each."""

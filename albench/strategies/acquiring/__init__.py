"""Strategies that buy modalities of subjects as well as labels: version 2 of the contract."""

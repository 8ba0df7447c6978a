"""Loaders of public sets that a user has downloaded: each knows one layout of files."""

"""Execution: one supervised child process a cell, whatever goes wrong in it."""

"""Imported first, by the fork server alone: an interrupt at the terminal is its parent's to answer.

The fork server takes that care of itself, but only when it has imported everything.
"""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)

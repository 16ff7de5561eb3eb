"""How long a test waits for what is to come: long enough for any machine, and short enough to end one that hangs."""

PATIENCE = 300.0
"""Seconds. Nothing waits so long where all is well: what is waited for is an event, and comes by itself."""

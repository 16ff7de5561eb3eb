"""Agreements to begin with, as `slabridge init --template` writes them (docs/tutorial.md)."""

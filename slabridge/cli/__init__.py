"""The command line (docs/operations.md)."""

from slabridge.cli.app import main

__all__ = ["main"]

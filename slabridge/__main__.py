"""`python -m slabridge`."""

from slabridge.cli import main

main()

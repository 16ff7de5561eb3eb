"""The same histories judged by two files, side by side. Pure (docs/whatif.md)."""

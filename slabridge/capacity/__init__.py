"""What teams carry: when tickets come, what is open, and what breaks if more come. Pure (docs/capacity.md)."""

"""What becomes of cycles that are open, from what became of others. Pure (docs/foresight.md)."""

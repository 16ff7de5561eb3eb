"""The pages of `slabridge serve` (docs/web.md)."""

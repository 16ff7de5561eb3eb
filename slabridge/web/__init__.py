"""The pages of `slabridge serve`, and `/api/v1` (docs/web.md)."""

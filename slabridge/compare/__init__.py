"""The tools' own SLA clocks beside our results (docs/compare.md)."""

"""The parts of a report as plain values (docs/reports.md, "Output")."""

"""HTTP as every connector speaks it; no tool's name is in here."""

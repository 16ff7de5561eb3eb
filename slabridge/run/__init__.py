"""One run on one connection: its steps, none of which knows another, and what they share (docs/architecture.md)."""

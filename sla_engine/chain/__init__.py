"""The chain: who had the time of a ticket that waited for others, and by which promises (docs/chain.md)."""

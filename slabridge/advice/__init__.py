"""Changes of agreements that are worth proposing, from what a quarter's cycles tell. Pure (docs/advise.md)."""

"""From writes to issues, and what became of them."""

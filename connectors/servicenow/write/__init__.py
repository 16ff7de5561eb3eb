"""From writes to records, and what became of them."""

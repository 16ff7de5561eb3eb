"""Where tickets are, and what is written there."""

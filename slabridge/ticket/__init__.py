"""What is known of a ticket, and what it comes to."""

"""Who is told by message, of what and when (docs/notifications.md)."""

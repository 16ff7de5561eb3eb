"""Runs of many customers on many workers: Celery hands them out, a Redis keeps what hosts allow (docs/fleet.md)."""

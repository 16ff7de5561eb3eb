"""Texts fit to be printed, and how people say instants and working time."""

"""Agreements in words, with worked examples of how they count, for people who never see the file. Pure."""

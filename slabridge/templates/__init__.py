"""Agreements to begin with: three classes, four industries, and a provider of many customers."""

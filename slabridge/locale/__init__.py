"""Catalogues of translated texts, made by `make messages`."""

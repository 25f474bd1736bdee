"""Derivatives of the index for other tools; each reads the index only."""

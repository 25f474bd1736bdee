"""Readers: one module a format. Nothing is imported here; the closed tuples stand in `triage.readers.registry`."""

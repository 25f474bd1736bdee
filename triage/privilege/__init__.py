"""Privilege: what a lawyer's name or number hits is held apart, sealed, and opened by a named filter reviewer only."""

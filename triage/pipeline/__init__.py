"""Composes the stages and owns the loop: from sources to a sealed case. See `triage.pipeline.run`."""

"""evidence-triage. Imports nothing: `triage --help` must stay instant."""

__version__ = "0.1.0"

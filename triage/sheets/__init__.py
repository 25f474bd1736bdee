"""Element sheets as data: one TOML file for each law, loaded by `triage.analysis.sheets`."""

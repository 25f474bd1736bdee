"""The command line: one file a verb, no logic. Standard output carries data only; everything else goes to standard
error. Heavy modules are imported inside the commands, so that `triage --help` stays instant."""

"""The report: the index as one page a prosecutor can read, print and check. Reads the index and nothing else."""

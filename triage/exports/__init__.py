"""Exports: named, filtered derivatives of the index in other tools' formats. They read the index and nothing else."""

"""The index: one SQLite file that the report and the exports read, and its canonical stream `index.jsonl`."""

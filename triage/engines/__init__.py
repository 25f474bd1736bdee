"""Where the work runs: a broker that parses nothing, and workers behind limits that parse and extract."""

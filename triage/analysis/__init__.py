"""What only the whole index shows: pure functions over an open index, without clock, network or score."""

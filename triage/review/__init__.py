"""Review: an examiner's decisions, each a custody event, and the page on loopback where they are made."""

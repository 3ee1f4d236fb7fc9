"""What cfssl's JSON files say, and the spec that says the same."""

"""cfssl's JSON files, converted into a spec."""

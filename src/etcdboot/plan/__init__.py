"""Everything that follows from a spec: each member's URLs, paths, flags and certificates."""

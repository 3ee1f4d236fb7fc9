"""Plain values that ``effects`` brings back from the world, and that pure code judges."""

"""The steps that ``render`` prints: what the operator does on which host, in which order."""

"""Certificates and keys that others made: which planned certificate each file is, and whether it fits."""

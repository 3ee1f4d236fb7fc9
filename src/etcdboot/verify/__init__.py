"""Checks of a running cluster, and what to do about each finding."""

"""Descriptions and comparisons of certificates: given files, rendered copies, served ones."""

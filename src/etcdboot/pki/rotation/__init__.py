"""A new CA in place of an old one, step by step."""

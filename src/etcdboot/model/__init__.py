"""The nouns: what the user wrote, what we plan from it, and the rules between the two. Pure."""

"""What a well-shaped spec must also mean."""

"""From what the endpoints showed to what it means."""

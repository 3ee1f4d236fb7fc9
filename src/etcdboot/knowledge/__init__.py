"""What the outside world does: the only rooms that know one release from another."""

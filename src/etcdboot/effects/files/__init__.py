"""Files on this machine: owned trees, staged writes, permissions."""

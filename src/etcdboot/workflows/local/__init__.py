"""``up``, ``ps``, ``stop`` and the other commands for a cluster on this machine."""

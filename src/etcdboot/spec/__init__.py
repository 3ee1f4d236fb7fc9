"""``cluster.yaml``: its keys and types, how it is read, and how it is edited."""

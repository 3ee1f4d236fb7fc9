"""Connections, name lookups, ports and deadlines."""

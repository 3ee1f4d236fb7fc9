"""Requests to etcd members and discovery services, data directories and the binary."""

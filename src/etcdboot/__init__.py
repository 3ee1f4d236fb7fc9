"""etcdboot: one YAML file in, a verified, TLS-secured etcd cluster out."""

__version__ = "0.1.0"

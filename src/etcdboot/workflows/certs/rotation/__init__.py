"""The steps of ``certs rotate-ca``."""

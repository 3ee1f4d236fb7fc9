"""``certs``: one module for each command, on top of :mod:`etcdboot.pki`."""

"""The PKI: a module a command, over what :mod:`etcdboot.products.pki` knows."""

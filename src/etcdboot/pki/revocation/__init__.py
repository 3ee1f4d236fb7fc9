"""Revocation lists, and which certificates are revoked or still valid."""

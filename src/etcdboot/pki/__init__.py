"""Certificates: X.509 itself, what ``pki/`` holds, adoption, revocation, rotation, inspection."""

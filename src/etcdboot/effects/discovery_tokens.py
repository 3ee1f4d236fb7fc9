"""New discovery tokens; apart from ``random_source``, which loads cryptography."""

from __future__ import annotations

import uuid


def new_token() -> str:
    """A token that nobody has made before: 122 random bits as 32 hexadecimal digits.

    The form is that of a discovery service's tokens, which serves no other one.
    """
    return uuid.uuid4().hex

"""What has changed on a host: the content of the upper layers of its overlays."""

from __future__ import annotations

from collections.abc import Iterable


def upper_layers(folders: Iterable[str]) -> str:
    """The shell command that prints what is in these folders, with owners and content, and without times."""
    words = " ".join(folders)
    return f"""\
{{ find {words} -printf '%p %y %m %u:%g %l\\n' | sort
find {words} -type f -exec cksum {{}} + | sort; }}"""

"""What each diagnostic code stands for: a title, and why it is so with the way out.

For docs and tests only; nothing imports it at run time. Sorted by code.
"""

from __future__ import annotations

CODES: dict[str, tuple[str, str]] = {
    "EB401": (
        "file changed by hand",
        "The file is etcdboot's, but its content is not what etcdboot wrote last. Look at it with "
        "--diff, then say the edit in the spec to keep it, or drop it with --force (a file no longer "
        "planned: --prune --force).",
    ),
    "EB402": (
        "foreign file in the way",
        "Something else wrote the file that stands where one of etcdboot's belongs, and etcdboot never "
        "replaces such a file. Move it away. A file that equals the plan byte for byte is adopted "
        "instead.",
    ),
    "EB403": (
        "symlink in the way",
        "Below the folder that it writes to, etcdboot follows no symlink: one could lead a key or a "
        "write anywhere. Replace it by a real file or folder. The folder itself may be reached through "
        "one.",
    ),
    "EB404": (
        "not a file or not a folder",
        "A folder, a device or a file of the wrong kind stands where etcdboot needs a file or a folder. "
        "Move it away.",
    ),
    "EB405": (
        "another etcdboot is at work",
        "Two runs that write to one folder would undo each other, so the second stops at once. Wait for "
        "the first; the lock goes with its process, also when that is killed.",
    ),
    "EB406": (
        "manifest unreadable",
        "The file .etcdboot.json, which says what etcdboot wrote, is damaged. Move it away: files that "
        "equal the plan are then adopted, all others count as foreign.",
    ),
    "EB407": (
        "manifest of a newer etcdboot",
        "A newer etcdboot wrote .etcdboot.json in a form that this one does not know. Use that release.",
    ),
    "EB408": (
        "the disk said no",
        "The system refused to read or write: no space, no permission, read-only, a name too long, or "
        "the file is gone. No file is left half-written; the next run goes on where this one stopped.",
    ),
    "EB450": (
        "template cannot be rendered",
        "A template is missing, has a syntax error, or asks for a value that it is not given. Correct it "
        "in the folder named by --templates, or remove it there to use the one that ships.",
    ),
}

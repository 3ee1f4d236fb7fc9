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
    "EB451": (
        "settings form cannot say a flag",
        "etcd takes some settings only as a flag or a variable, others in none but the configuration file; "
        "an unknown key in that file is ignored without a word. Choose the render.settings that the hint "
        "names, or leave the flag out.",
    ),
    "EB452": (
        "file syntax cannot say a value",
        "Each file has characters that one of its readers would take for something else, and etcdboot writes "
        "a value exactly or not at all. Choose other render.settings, another target, or another value.",
    ),
    "EB453": (
        "member is named like a file",
        "Each member has a folder in out/, where a file of the whole cluster has that very name. Give the "
        "member another name.",
    ),
    "EB454": (
        "template folder missing",
        "The folder named by --templates is not there, or the installation lacks the templates that ship.",
    ),
    "EB455": (
        "template folder of no use",
        "No file in the folder named by --templates is named like a template that ships, or one of them is "
        "not UTF-8 text. Name it as the one it is to replace, for example systemd/etcd.service.j2.",
    ),
    "EB456": (
        "no etcd release written",
        "Rendered files are for one release of etcd, which knows some flags and not others. Write "
        "etcd.version.",
    ),
    "EB457": (
        "no such member",
        "The spec has no member of the name given to --member.",
    ),
    "EB458": (
        "release skips a minor",
        "The files rendered last were for a release more than one minor away. etcd has no guard of its own: "
        "from 3.4 to 3.6 running members die, from 3.5 to 3.7 data may be lost. Upgrade minor by minor; "
        "--force if the member never ran.",
    ),
    "EB459": (
        "file no longer planned",
        "etcdboot wrote the file for an earlier plan. Nothing reads it any more; --prune removes it.",
    ),
}

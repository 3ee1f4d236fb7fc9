"""What a host has instead of what this machine has: no etcd, no units, and the users of a fresh system alone.

Shell text, run by root with a copy of the machine's root file system as the working directory.
"""

from __future__ import annotations

import shlex

# Folders that are private to a host, and shell patterns in them: removed there.
_PRIVATE = ("etc", "opt", "usr/local", "var")
ABSENT = (
    *("etc/default/etcd*", "etc/etcd*", "etc/systemd/system/*", "opt/etcd*"),
    *("usr/local/bin/etcd*", "usr/local/sbin/etcd*", "var/lib/etcd*"),
)
# In folders that a host shares with the machine: covered there, and removed from the image of a booted host.
_COVERED = ("usr/bin/etcd*", "usr/sbin/etcd*")
_OF_THE_IMAGE = (*_COVERED, "etc/init.d/etcd*", "lib/systemd/system/etcd*")

# Names and ids as Debian's base-passwd allocates them; systemd and sshd add their own.
_ACCOUNTS = {
    "etc/passwd": """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
""",
    "etc/group": """\
root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
lp:x:7:
kmem:x:15:
dialout:x:20:
cdrom:x:24:
tape:x:26:
audio:x:29:
shadow:x:42:
utmp:x:43:
video:x:44:
users:x:100:
nogroup:x:65534:
""",
    "etc/shadow": "root:*:19000:0:99999:7:::\n",
    "etc/gshadow": "root:*::\n",
}


def _accounts() -> str:
    # The files keep their modes and owners where they exist.
    lines = [
        f"printf %s {shlex.quote(content)} >{name}.lab\n"
        f"chmod --reference={name} {name}.lab 2>/dev/null || chmod 640 {name}.lab\nmv {name}.lab {name}\n"
        for name, content in _ACCOUNTS.items()
    ]
    return "".join(lines)


def _removal(patterns: tuple[str, ...]) -> str:
    return f"rm -rf {' '.join(patterns)}\n"


# Nothing is removed where a folder is still the machine's own.
_GUARD = f"""\
for folder in {" ".join(_PRIVATE)}; do
  if [ -d "$folder" ] && ! mountpoint -q "$folder"; then
    echo "/$folder is not private to this host" >&2
    exit 1
  fi
done
"""

_COVER = f"""\
for program in {" ".join(_COVERED)}; do
  [ ! -e "$program" ] || mount --bind /dev/null "$program"
done
"""

HOST = "set -e\n" + _GUARD + _removal(ABSENT) + _COVER + _accounts()
IMAGE = "set -e\n" + _removal((*ABSENT, *_OF_THE_IMAGE)) + _accounts()

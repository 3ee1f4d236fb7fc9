"""``python -m lab.prepared COMMAND…``: run a command on a copy of this machine with etcd installed.

The copy is an overlay of this machine's root file system in a mount namespace of its own. It ends with the
command, and this machine is not changed. The copy has a user ``etcd`` and etcd's settings, data, units and
programs, as Debian's packages or an administrator install them. No test may depend on them.
"""

from __future__ import annotations

import os
import sys
import tempfile

from lab.peers.fixtures import has_capability

_PIVOT = """\
set -e
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
for shared in /dev /proc /sys "$1"; do
  mount --rbind "$shared" "/mnt/root$shared"
done
cd /mnt/root
pivot_root . .
umount --lazy .
"""

# Only after pivot_root: what is written here is written to the copy.
_INSTALL = """\
groupadd --system etcd
useradd --system --gid etcd --home-dir /var/lib/etcd --shell /bin/false etcd
mkdir -p /etc/etcd/pki /etc/default /etc/systemd/system/etcd.service.d /var/lib/etcd/member/wal /opt/etcd
echo 'name: foreign' >/etc/etcd/etcd.conf.yml
echo foreign >/etc/etcd/pki/server-key.pem
echo 'ETCD_NAME=foreign' | tee /etc/etcd/etcd.env >/etc/default/etcd
printf '[Service]\\nExecStart=/usr/bin/etcd\\n' >/etc/systemd/system/etcd.service
printf '[Service]\\nEnvironment=ETCD_NAME=foreign\\n' >/etc/systemd/system/etcd.service.d/foreign.conf
cp /etc/systemd/system/etcd.service /usr/lib/systemd/system/etcd.service
echo foreign >/var/lib/etcd/member/wal/0.wal
chown -R etcd:etcd /var/lib/etcd /etc/etcd/pki
chmod 700 /var/lib/etcd
for folder in /usr/bin /usr/local/bin /opt/etcd; do
  for program in etcd etcdctl etcdutl; do
    printf '#!/bin/sh\\necho "etcd Version: 3.3.0"\\n' >"$folder/$program"
    chmod 755 "$folder/$program"
  done
done
"""

_RUN = """\
cd "$2"
shift 2
exec "$@"
"""


def on_a_prepared_machine(*command: str) -> list[str]:
    """The command line that runs a command there, in the working directory."""
    script = _PIVOT + _INSTALL + _RUN
    temporary = os.path.realpath(tempfile.gettempdir())
    unshare = ["unshare", "--mount", "--propagation", "private"]
    return [*unshare, "sh", "-c", script, "sh", temporary, os.getcwd(), *command]


def main() -> None:
    for capability in ("root", "overlay mounts"):
        if not has_capability(capability):
            sys.exit(f"needs {capability} on this machine")
    argv = on_a_prepared_machine(*sys.argv[1:])
    os.execvp(argv[0], argv)


if __name__ == "__main__":
    main()

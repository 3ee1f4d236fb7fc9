"""How fast a PKI is made and judged: against cfssl, against the making of the keys alone, against openssl."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from os import cpu_count
from pathlib import Path

from bench.timing import Job, compare, measure
from lab.peers.store import find

ETCDBOOT = [sys.executable, "-m", "etcdboot"]
KEYS: dict[str, dict[str, str | int]] = {
    "ecdsa-p256": {"algo": "ecdsa", "size": 256},
    "rsa-2048": {"algo": "rsa", "size": 2048},
}
MOST_RUNS = {3: 15, 30: 5, 300: 1}  # members -> runs; at 300, cfssl takes minutes
COUNTS = tuple(MOST_RUNS)
# The limit: the keys and nothing else, on all cores, by the library that makes ours.
ONLY_KEYS = (
    "import sys; from etcdboot.effects.random_source import new_keys; "
    "from etcdboot.spec.spec import KeyAlgorithm; "
    "list(new_keys([KeyAlgorithm(sys.argv[1])] * int(sys.argv[2])))"
)
Row = Callable[[str, float, str, str], None]


def pki(row: Row, folder: Path, runs: int) -> None:
    """A row for each size and each kind of key, then what is there judged."""
    for count in COUNTS:
        for key in KEYS:
            making(row, workshop(folder / f"{count}-{key}", count, key), count, key, runs)
    judging(row, folder / f"{COUNTS[-1]}-ecdsa-p256", COUNTS[-1], min(runs, 5))


def workshop(work: Path, count: int, key: str) -> Path:
    """A folder with the spec, and with what makes the same by cfssl."""
    work.mkdir()
    hosts = "\n".join(f"  - {{name: e{i}, host: 10.0.{i // 200}.{i % 200 + 1}}}" for i in range(1, count + 1))
    head = f'name: bench\netcd: {{version: "3.6.14"}}\ncertificates: {{key: {key}}}\nmembers:\n'
    (work / "cluster.yaml").write_text(head + hosts + "\n")
    return work


def making(row: Row, work: Path, count: int, key: str, runs: int) -> None:
    """All certificates of so many members."""
    what = f"certs, {count} members, {key}"
    ours = Job("ours", [*ETCDBOOT, "certs", "-q"], _gone(work / "pki"), work)
    cfssl, cfssljson = find("cfssl"), find("cfssljson")
    rivals = []
    if key.startswith("rsa"):
        rivals.append(Job("keys", [sys.executable, "-c", ONLY_KEYS, key, str(2 * count + 2)]))
    if cfssl is None or cfssljson is None:
        print("certs against cfssl: absent; fetch it with `make peers`")
    else:
        script = _cfssl_script(work, count, KEYS[key], cfssl, cfssljson)
        rivals.append(Job("cfssl", ["sh", str(script)], folder=work))
    most = MOST_RUNS[count]
    taken = compare([ours, *rivals], min(runs, most), warm=most > 1)
    if "cfssl" in taken:
        row(what, taken["ours"].wall / taken["cfssl"].wall, "cfssl 1.6.5", "≤ 0.8")
    if "keys" in taken:
        against = "its keys alone, in processor time"
        row(what, taken["ours"].processor / taken["keys"].processor, against, "")
        row(what, taken["ours"].processor / taken["ours"].wall, f"one core kept busy, of {cpu_count()}", "")


def judging(row: Row, work: Path, count: int, runs: int) -> None:
    """What stands there: our status, and the usual loop around openssl."""
    loop = "for each in $(find pki -name '*.pem' ! -name '*-key.pem'); do "
    loop += "openssl x509 -noout -enddate -in $each; done"
    jobs = [
        Job("pass", [sys.executable, "-c", "pass"]),
        Job("status", [*ETCDBOOT, "certs", "status", "-q"], folder=work),
        Job("certs", [*ETCDBOOT, "certs", "-q"], folder=work),
        Job("openssl", ["sh", "-c", loop], folder=work),
    ]
    medians = measure(jobs, runs)
    row(f"certs status, {count} members", medians["status"] / medians["pass"], "python -c pass", "")
    against = "a loop of openssl x509 -enddate"
    row(f"certs status, {count} members", medians["status"] / medians["openssl"], against, "")
    row(f"certs, {count} members, all good", medians["certs"] / medians["pass"], "python -c pass", "")


def _gone(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def _cfssl_script(work: Path, count: int, key: dict[str, str | int], cfssl: Path, cfssljson: Path) -> Path:
    """What the tutorials do: a CA, then server and peer pairs for each member and one for a client."""
    usages = ["signing", "key encipherment", "server auth", "client auth"]
    config = {
        "signing": {
            "profiles": {"etcd": {"expiry": "8760h", "usages": usages}},
            "default": {"expiry": "8760h"},
        }
    }
    (work / "config.json").write_text(json.dumps(config))
    (work / "ca.json").write_text(json.dumps({"CN": "bench CA", "key": key}))
    lines = ["set -e", f"{cfssl} gencert -initca ca.json 2>/dev/null | {cfssljson} -bare c-ca"]
    names = [f"e{i}-{kind}" for i in range(1, count + 1) for kind in ("server", "peer")] + ["root"]
    for name in names:
        csr = {"CN": name, "hosts": ["127.0.0.1", "10.0.0.1"], "key": key}
        (work / f"{name}.json").write_text(json.dumps(csr))
        sign = (
            f"{cfssl} gencert -ca c-ca.pem -ca-key c-ca-key.pem -config config.json -profile etcd {name}.json"
        )
        lines.append(f"{sign} 2>/dev/null | {cfssljson} -bare c-{name}")
    script = work / "cfssl.sh"
    script.write_text("\n".join(lines) + "\n")
    return script

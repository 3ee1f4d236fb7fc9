"""How fast etcdboot is, as ratios in one run: ``make bench``.

Each row is a median of interleaved runs, over ``python -c pass`` or over the rival that does the same work.
Nothing here is a test: a slow machine fails nobody.
"""

from __future__ import annotations

import compileall
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.pki import pki
from bench.timing import Job, measure
from lab.peers.store import find

RUNS = int(os.environ.get("ETCDBOOT_BENCH_RUNS", "15"))
ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable
ETCDBOOT = [PYTHON, "-m", "etcdboot"]
PASS = Job("python -c pass", [PYTHON, "-c", "pass"])
_ROWS: list[tuple[str, str, str]] = []


def row(what: str, ratio: float, against: str, aim: str = "") -> None:
    """One line of the table."""
    _ROWS.append((what, f"{ratio:.2f} × {against}", aim))
    print(f"{what:<44} {ratio:7.2f} × {against:<40} {aim}", flush=True)


def three_hosts(folder: Path) -> Path:
    """A copy of the usual example, with its certificates."""
    shutil.copy(ROOT / "examples" / "three-hosts-tls" / "cluster.yaml", folder)
    subprocess.run([*ETCDBOOT, "certs", "-q"], cwd=folder, check=True, capture_output=True)
    return folder


def cold_starts(folder: Path) -> None:
    """Each command from a cold process, over the interpreter that does nothing."""
    work = three_hosts(folder)
    pki, out = work / "new-pki", work / "new-out"
    jobs = [
        PASS,
        Job("etcdboot --help", [*ETCDBOOT, "--help"]),
        Job("etcdboot check", [*ETCDBOOT, "check"], folder=work),
        Job("etcdboot render", [*ETCDBOOT, "render", "-q", "--out", str(out)], _gone(out), work),
        Job("etcdboot render --check", [*ETCDBOOT, "render", "--check"], folder=work, codes=(0, 4)),
        Job("etcdboot certs", [*ETCDBOOT, "certs", "-q", "--pki", str(pki)], _gone(pki), work),
    ]
    medians = measure(jobs, RUNS)
    aims = {"etcdboot --help": "≤ 5", "etcdboot render": "≤ 10", "etcdboot certs": "≤ 10"}
    for job in jobs[1:]:
        row(job.name, medians[job.name] / medians[PASS.name], PASS.name, aims.get(job.name, ""))


def _gone(folder: Path) -> Callable[[], None]:
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def certificates(folder: Path) -> None:
    """Certificates, for 3, 30 and 300 members."""
    pki(row, folder, RUNS)


@contextmanager
def cluster(folder: Path) -> Iterator[Path]:
    """A local TLS cluster that runs; gives the spec."""
    spec = folder / "cluster.yaml"
    shutil.copy(ROOT / "examples" / "local-tls" / "cluster.yaml", spec)
    begun = time.perf_counter()
    subprocess.run([*ETCDBOOT, "up", "--detach", "-q"], cwd=folder, check=True, capture_output=True)
    print(
        f"{'up --detach: three members, TLS, to healthy':<44} {time.perf_counter() - begun:7.2f} s (one run)"
    )
    try:
        yield spec
    finally:
        subprocess.run([*ETCDBOOT, "down", "-q"], cwd=folder, check=True, capture_output=True)


def against_etcdctl(folder: Path) -> None:
    """``verify`` against ``etcdctl endpoint health``, all well and with one dead port."""
    etcdctl = find("etcdctl", "3.5.1")
    with cluster(folder), socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        dead = f"https://127.0.0.1:{closed.getsockname()[1]}"
        pki, members = folder / "pki", [f"https://127.0.0.1:{port}" for port in (12379, 22379, 32379)]
        trust = [
            f"--cacert={pki}/ca.pem",
            f"--cert={pki}/clients/root.pem",
            f"--key={pki}/clients/root-key.pem",
        ]
        well, sick = ",".join(members), ",".join([*members[:2], dead])
        jobs = [PASS, Job("verify", [*ETCDBOOT, "verify"], folder=folder)]
        jobs.append(Job("verify dead", [*ETCDBOOT, "verify", "--endpoints", sick, *trust], codes=(5,)))
        medians = measure(jobs, RUNS)
        row("etcdboot verify, three TLS endpoints", medians["verify"] / medians[PASS.name], PASS.name, "≤ 13")
        if etcdctl is None:
            print("verify against etcdctl: absent; fetch it with `make peers`")
            return
        rival = [str(etcdctl), *trust, "endpoint", "health"]
        theirs = measure([Job("health", [*rival, f"--endpoints={well}"])], RUNS)
        late = measure([Job("health dead", [*rival, f"--endpoints={sick}"], codes=(1,))], 2)
        name = "etcdctl endpoint health"
        row("etcdboot verify, all well", medians["verify"] / theirs["health"], name)
        row("etcdboot verify, one dead port", medians["verify dead"] / late["health dead"], name, "≤ 0.05")


def main() -> None:
    """Run all, or the parts that are named; one table."""
    parts = {each.__name__: each for each in (cold_starts, certificates, against_etcdctl)}
    chosen = [parts[name] for name in sys.argv[1:]] or parts.values()
    compileall.compile_dir(ROOT / "src", quiet=1)  # as pip does when it installs
    for part in chosen:
        with tempfile.TemporaryDirectory() as name:
            part(Path(name))


if __name__ == "__main__":
    main()

"""Keys that are made on a member's host: what its script is told, and what a human does with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from etcdboot.ground.address import Host
from etcdboot.ground.syntax import sh
from etcdboot.ground.wording import COMMAND
from etcdboot.model.certificates import CertRequest, pair_paths
from etcdboot.model.csr import csr_name
from etcdboot.model.plan import MemberPlan
from etcdboot.model.spec import CertificateSource, KeyAlgorithm

MAKE_CSR = "make-csr.sh"
_FOLDER = "csr"
# What openssl genpkey is told (1.1.1 to 3), and with what a request is signed (as the certificate will be).
_KEYS = {
    KeyAlgorithm.ECDSA_P256: (("EC", "ec_paramgen_curve:P-256", "ec_param_enc:named_curve"), "-sha256"),
    KeyAlgorithm.ECDSA_P384: (("EC", "ec_paramgen_curve:P-384", "ec_param_enc:named_curve"), "-sha384"),
    KeyAlgorithm.RSA_2048: (("RSA", "rsa_keygen_bits:2048"), "-sha256"),
    KeyAlgorithm.RSA_3072: (("RSA", "rsa_keygen_bits:3072"), "-sha256"),
    KeyAlgorithm.RSA_4096: (("RSA", "rsa_keygen_bits:4096"), "-sha256"),
}


def made_there(member: MemberPlan) -> tuple[CertRequest, ...]:
    """The certificates whose keys are made on the member's host."""
    return tuple(each for each in member.certificates if each.source is CertificateSource.CSR)


def key_files(member: MemberPlan) -> tuple[str, ...]:
    """The names of these keys in the host's ``pki/``."""
    return tuple(pair_paths(each.name).key.name for each in made_there(member))


def script_requests(member: MemberPlan) -> list[dict[str, str]]:
    """What ``make-csr.sh`` is told of each certificate."""
    return [_script_request(each) for each in made_there(member)]


def asking_steps(
    members: Iterable[MemberPlan], waiting: Collection[str], out: str, spec: str
) -> tuple[str, ...]:
    """What a human does before there are certificates: steps, with commands to paste.

    ``waiting`` are the members whose certificates are not there yet; ``out`` and ``spec`` as given.
    """
    hosts = [each for each in members if each.name in waiting]
    far = [each for each in hosts if not each.host.is_loopback]
    named = () if spec == "cluster.yaml" else ("-f", spec)
    steps = []
    if far:
        copies = (("scp", "-r", f"{out}/{each.name}", f"root@{each.host.in_url}:") for each in far)
        steps.append(_step("copy each member's folder to its host", copies))
    steps.append(_step("make the keys and the requests there", (_make(each, out) for each in hosts)))
    if far:
        fetch = (("scp", "-r", f"root@{each.host.in_url}:{each.name}/{_FOLDER}", ".") for each in far)
        steps.append(_step("bring the requests here", fetch))
    signing = [("etcdboot", "certs", "sign", *named, _FOLDER), ("etcdboot", "render", *named)]
    return (*steps, _step("sign them, and write the members' files again", signing))


def _make(member: MemberPlan, out: str) -> tuple[str, ...]:
    if member.host.is_loopback:
        return ("sh", f"{out}/{member.name}/{MAKE_CSR}", _FOLDER)
    return ("ssh", f"root@{member.host}", "sh", f"{member.name}/{MAKE_CSR}")


def _step(title: str, commands: Iterable[tuple[str, ...]]) -> str:
    return COMMAND.join((f"{title}:", *map(sh.join, commands)))


def _script_request(request: CertRequest) -> dict[str, str]:
    (algorithm, *options), digest = _KEYS[request.key]
    words = ("-algorithm", algorithm, *(word for each in options for word in ("-pkeyopt", each)))
    return {
        "file": csr_name(request.name),
        "key_file": pair_paths(request.name).key.name,
        "key_arguments": sh.join(words),
        "digest": digest,
        "subject": "".join(f"/{kind}={_escaped(value)}" for kind, value in request.subject),
        "key_usage": "digitalSignature" + (", keyEncipherment" if algorithm == "RSA" else ""),
        "usages": ", ".join(request.usages),
        "sans": ", ".join(map(_san, request.sans)),
    }


def _escaped(value: str) -> str:
    """A value of ``openssl req -subj``: what parts names there stands behind a backslash."""
    return "".join(f"\\{each}" if each in "\\/+" else each for each in value)


def _san(host: Host) -> str:
    return f"{'IP' if host.is_address else 'DNS'}:{host}"

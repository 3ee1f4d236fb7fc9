"""Keys that are created on a member's host: what ``make-csr.sh`` needs for each of them."""

from __future__ import annotations

from etcdboot.base.addresses import Host
from etcdboot.formats import shell
from etcdboot.plan.certificate_request import CertRequest, csr_name, pair_paths
from etcdboot.plan.plan import MemberPlan
from etcdboot.spec.spec import CertificateSource, KeyAlgorithm

MAKE_CSR = "make-csr.sh"
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
    return tuple(request for request in member.certificates if request.source is CertificateSource.CSR)


def key_files(member: MemberPlan) -> tuple[str, ...]:
    """The names of these keys in the host's ``pki/``."""
    return tuple(pair_paths(request.name).key.name for request in made_there(member))


def script_requests(member: MemberPlan) -> list[dict[str, str]]:
    """What ``make-csr.sh`` is told of each certificate."""
    return list(map(_script_request, made_there(member)))


def _script_request(request: CertRequest) -> dict[str, str]:
    (algorithm, *options), digest = _KEYS[request.key]
    words = ("-algorithm", algorithm, *(word for option in options for word in ("-pkeyopt", option)))
    return {
        "file": csr_name(request.name),
        "key_file": pair_paths(request.name).key.name,
        "key_arguments": shell.join(words),
        "digest": digest,
        "subject": "".join(f"/{kind}={_escaped(value)}" for kind, value in request.subject),
        "key_usage": "digitalSignature" + (", keyEncipherment" if algorithm == "RSA" else ""),
        "usages": ", ".join(request.usages),
        "sans": ", ".join(map(_san, request.sans)),
    }


def _escaped(value: str) -> str:
    """A value of ``openssl req -subj``: what parts names there stands behind a backslash."""
    return "".join(f"\\{character}" if character in "\\/+" else character for character in value)


def _san(host: Host) -> str:
    return f"{'IP' if host.is_address else 'DNS'}:{host}"

"""cfssl's JSON files as values: the policy of a CA (ca-config.json), and requests for certificates."""

from __future__ import annotations

from collections.abc import Mapping as Table
from pathlib import PurePosixPath
from types import MappingProxyType

from etcdboot.base.diagnostics import Diagnostic
from etcdboot.base.fast_dataclasses import dataclass
from etcdboot.cfssl import known_fields
from etcdboot.cfssl.json_fields import Reader
from etcdboot.cfssl.locations import Place
from etcdboot.formats.json_reader import JsonProblem, parse
from etcdboot.formats.yaml_reader import Mapping, Node, Scalar
from etcdboot.observations.certificate import CertFacts
from etcdboot.plan.filename_hints import Clue, clue
from etcdboot.spec.scalar_types import nearest
from etcdboot.spec.subject_names import ATTRIBUTES


@dataclass(frozen=True, slots=True)
class Profile:
    """How certificates of one sort are signed; ``lifetime`` in seconds, ``usages`` in cfssl's words."""

    name: str
    lifetime: int
    usages: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Policy:
    """What a ``ca-config.json`` says."""

    place: Place
    profiles: tuple[Profile, ...]
    default: Profile | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A text of a file, and where it stands."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class KeyWish:
    """The key that a request asks for, in cfssl's words."""

    algorithm: str
    size: int
    place: Place


@dataclass(frozen=True, slots=True)
class Wish:
    """What a CSR file asks for; ``subject`` without the common name.

    ``lifetime`` and ``path_length`` are what it says of a CA (0 and None: nothing), ``is_ca`` whether that is
    what it is for: it has a section for that, or is called so.
    """

    place: Place
    clue: Clue
    common_name: str
    hosts: tuple[Word, ...]
    key: KeyWish
    subject: tuple[tuple[str, str], ...]
    is_ca: bool
    lifetime: int = 0
    path_length: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One file read: what it is (None: nothing of cfssl's), and what to say of it."""

    content: Policy | Wish | None
    told: tuple[Diagnostic, ...] = ()


def read(text: str, file: str) -> Document:
    """Read one JSON file; never raises on bad input."""
    try:
        root = parse(text)
    except JsonProblem as cause:
        return Document(None, (Place.of(file, cause.mark).error("EB385", str(cause), cause.hint),))
    reader = Reader(file)
    keys = {key.text.lower() for key, _ in root.items} if isinstance(root, Mapping) else set()
    content: Policy | Wish | None = None
    if "signing" in keys:
        content = _policy(root, reader)
    elif isinstance(root, Mapping) and not _is_printed(root) and keys & _OF_A_REQUEST:
        content = _wish(root, reader)
    else:
        reader.told.append(_foreign(root, keys, reader))
    return Document(content, tuple(reader.told))


# A file with none of these asks for no certificate.
_OF_A_REQUEST = frozenset(("cn", "hosts", "key", "names", "ca"))


def _is_printed(root: Mapping) -> bool:
    """Whether it is what cfssl prints: there the key is a text, in a request it is an object."""
    return any(
        key.text.lower() == "key" and isinstance(value, Scalar) and not value.plain
        for key, value in root.items
    )


def _foreign(root: Node, keys: set[str], reader: Reader) -> Diagnostic:
    printed = keys & {"cert", "csr", "result", "success"}
    hint = "make files of what cfssl prints with: cfssljson -bare NAME" if printed else ""
    near = next((near for each in sorted(keys) if (near := nearest(each, ("signing", "hosts", "names")))), "")
    return reader.place(root).error(
        "EB386",
        "neither a ca-config.json (it has no signing) nor a request (it has no CN, hosts, key or names)",
        hint or (f"did you mean {near}?" if near else ""),
    )


# --- ca-config.json


def _policy(root: Node, reader: Reader) -> Policy:
    signing = reader.taken(root, known_fields.CONFIG, "ca-config").get("signing")
    parts = reader.taken(signing, known_fields.SIGNING, "signing")
    profiles = parts.get("profiles")
    named = profiles.items if isinstance(profiles, Mapping) else ()
    if profiles is not None and not isinstance(profiles, Mapping):
        reader.taken(profiles, {}, "profiles")  # says what is wrong
    default = parts.get("default")
    return Policy(
        reader.place(root),
        tuple(_profile(key.text, f"profile {key.text}", key, value, reader) for key, value in named),
        _profile("default", "the default profile", default, default, reader) if default else None,
    )


_ELSEWHERE = frozenset(("remote", "auth_remote"))  # profiles with these sign nothing themselves


def _profile(name: str, what: str, at: Node, value: Node, reader: Reader) -> Profile:
    parts = reader.taken(value, known_fields.PROFILE, what)
    keys = {key.text.lower() for key, _ in value.items} if isinstance(value, Mapping) else _ELSEWHERE
    if "expiry" not in parts and not keys & _ELSEWHERE:
        message = f"{what} has no expiry, and cfssl refuses the whole file"
        reader.told.append(reader.place(at).error("EB385", message, 'write for example "expiry": "8760h"'))
    usages = []
    for each in reader.items(parts.get("usages"), f"usages of {what}"):
        usage = reader.text(each, f"a usage of {what}")
        if usage in known_fields.USAGES:
            usages.append(usage)
        elif usage:
            near = nearest(usage, known_fields.USAGES)
            message = f"{what}: cfssl knows no usage {usage!r}, and leaves it out without a word"
            hint = f"did you mean {near!r}?" if near else "known are " + ", ".join(known_fields.USAGES)
            reader.told.append(reader.place(each).warning("EB387", message, hint))
    lifetime = reader.lifetime(parts.get("expiry"), f"expiry of {what}")
    return Profile(name, lifetime, tuple(usages), reader.place(at))


# --- requests


def _wish(root: Mapping, reader: Reader) -> Wish:
    parts = reader.taken(root, known_fields.REQUEST, "request")
    hint = clue(PurePosixPath(reader.file).stem)
    authority = reader.taken(parts.get("ca"), known_fields.AUTHORITY, "ca")
    length = reader.number(authority.get("pathlen"), "ca.pathlen")
    zero = reader.truth(authority.get("pathlenzero"), "ca.pathlenzero")
    return Wish(
        place=reader.place(root),
        clue=hint,
        common_name=reader.text(parts.get("CN"), "CN"),
        hosts=tuple(
            Word(reader.text(each, "a host"), reader.place(each))
            for each in reader.items(parts.get("hosts"), "hosts")
        ),
        key=_key(parts.get("key"), root, reader),
        subject=_subject(parts.get("names"), reader),
        is_ca="ca" in parts or hint.is_ca,
        lifetime=reader.lifetime(authority.get("expiry"), "ca.expiry"),
        path_length=length if length or zero else None,
    )


def _key(value: Node | None, root: Node, reader: Reader) -> KeyWish:
    if value is None:
        return KeyWish(*known_fields.DEFAULT_KEY, reader.place(root))
    parts = reader.taken(value, known_fields.KEY, "key")
    algorithm = reader.text(parts.get("algo"), "key.algo")
    return KeyWish(algorithm, reader.number(parts.get("size"), "key.size"), reader.place(value))


def _subject(value: Node | None, reader: Reader) -> tuple[tuple[str, str], ...]:
    """The first of the names; cfssl puts all of them into one subject."""
    items = reader.items(value, "names")
    parts = [reader.taken(each, known_fields.NAME, "names").items() for each in items]
    read = [{name: reader.text(value, name) for name, value in each} for each in parts]
    for each, values in zip(items[1:], read[1:], strict=True):
        said = ", ".join(f"{name}={value}" for name, value in values.items() if value)
        if said:
            message = f"names: {said} is not taken over: a subject of etcdboot's has one value of each kind"
            reader.told.append(reader.place(each).warning("EB388", message))
    first = read[0] if read else {}
    return tuple((name, first[name]) for name in ATTRIBUTES if first.get(name))


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate that exists: its file, and what it shows."""

    file: str
    facts: CertFacts


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found; the CAs that exist go by the name they will have in ``pki/``."""

    policies: tuple[Policy, ...] = ()
    wishes: tuple[Wish, ...] = ()
    authorities: Table[str, Shown] = MappingProxyType({})
    leaves: tuple[Shown, ...] = ()

from __future__ import annotations

from etcdboot.pki.store.inventory import Found, holders
from etcdboot.pki.x509 import csr
from etcdboot.pki.x509.certificate import public_hash
from etcdboot.pki.x509.pem import dump_key
from etcdboot.pki.x509.signing import issue
from samples.certificates import AUTHORITY, CLIENT, NOW, SERVER
from samples.requests import ec_key

KEY, OTHER = ec_key(), ec_key()
OWN, ELSE = public_hash(KEY.public_key()), public_hash(OTHER.public_key())
CA = issue(AUTHORITY, KEY, None, now=NOW, serial=1)


def test_a_key_a_certificate_and_a_request_tell_whose_it_is() -> None:
    assert holders([Found(SERVER, None, dump_key(KEY))]) == {OWN: ("etcd1/server",)}
    assert holders([Found(AUTHORITY, CA.certificate, None)]) == {OWN: ("ca",)}
    assert holders([Found(CLIENT, None, None, asked=csr.make(CLIENT, KEY))]) == {OWN: ("client/root",)}


def test_a_pair_that_does_not_belong_together_is_of_two_keys() -> None:
    assert holders([Found(AUTHORITY, CA.certificate, dump_key(OTHER))]) == {OWN: ("ca",), ELSE: ("ca",)}


def test_one_key_may_be_several_ones_and_each_is_named_once() -> None:
    both = [Found(AUTHORITY, CA.certificate, CA.key), Found(SERVER, None, dump_key(KEY))]
    assert holders(both) == {OWN: ("ca", "etcd1/server")}


def test_what_is_damaged_tells_nothing() -> None:
    assert holders([Found(SERVER, b"x", b"y", asked=b"z"), Found(CLIENT, None, None)]) == {}

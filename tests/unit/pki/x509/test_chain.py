from __future__ import annotations

from etcdboot.pki.x509.chain import Order, order_of, path_to
from samples.foreign import authority, made

ROOT = authority("root")
MIDDLE = authority("middle", issuer=ROOT)
LEAF = made("leaf", issuer=MIDDLE)
OTHER = authority("other")
ROOT_, MIDDLE_, LEAF_, OTHER_ = (each.certificate for each in (ROOT, MIDDLE, LEAF, OTHER))


def test_one_is_one() -> None:
    assert order_of([LEAF_]).order is Order.SINGLE


def test_a_chain_goes_from_the_leaf_upwards_with_or_without_its_root() -> None:
    assert order_of([LEAF_, MIDDLE_]).order is order_of([LEAF_, MIDDLE_, ROOT_]).order is Order.CHAIN


def test_a_chain_in_another_order_is_told_with_the_right_one() -> None:
    judged = order_of([ROOT_, LEAF_, MIDDLE_])
    assert (judged.order, judged.words) == (
        Order.DISORDERED,
        "a chain in the wrong order; right would be 2, 3, 1",
    )


def test_several_cas_that_stand_for_themselves_are_a_bundle() -> None:
    assert order_of([ROOT_, OTHER_]).order is Order.BUNDLE


def test_what_does_not_belong_together_is_told() -> None:
    judged = order_of([LEAF_, OTHER_])
    assert judged.order is Order.UNRELATED
    assert judged.words == "no chain: number 1 is not signed by number 2 of the file"


def test_the_same_one_twice_is_a_bundle_or_unrelated() -> None:
    assert order_of([ROOT_, ROOT_]).order is Order.CHAIN  # a root signs itself
    assert order_of([LEAF_, LEAF_]).order is Order.UNRELATED


def test_a_path_leads_to_the_root_through_whatever_order() -> None:
    assert path_to(LEAF_, [OTHER_, ROOT_, LEAF_, MIDDLE_]) == ((LEAF_, MIDDLE_, ROOT_), True)


def test_a_path_ends_where_nobody_has_signed() -> None:
    assert path_to(LEAF_, [ROOT_, LEAF_]) == ((LEAF_,), False)
    assert path_to(LEAF_, [MIDDLE_]) == ((LEAF_, MIDDLE_), False)


def test_cas_that_sign_one_another_do_not_lead_in_circles() -> None:
    again = authority("root", issuer=MIDDLE)  # the same name, another key: signed by what root signed
    path, ends = path_to(again.certificate, [MIDDLE_, again.certificate])
    assert (path, ends) == ((again.certificate, MIDDLE_), False)

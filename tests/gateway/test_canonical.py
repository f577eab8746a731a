"""Addresses that mean the same have one form, those that may not have two."""

import pytest

from gateway.addresses import LONGEST_REMEMBERED, canonical

SAME = [
    (b"/score_titulo/Toy%20Story", b"/score_titulo/%54oy%20Story"),
    (b"/v1/x?q=ni%C3%B1o", b"/v1/x?q=ni%c3%b1o"),
    (b"/v1/x?q=a+b", b"/v1/x?q=a%20b"),
    (b"/v1/x?a=1&b=2", b"/v1/x?b=2&a=1"),
    (b"/v1/x?a=1", b"/v1/x?a=1&"),
    (b"/v1/x", b"/v1/x?"),
    (b"/v1/x?a%5B=1", b"/v1/x?a[=1"),
]
OTHER = [
    (b"/score_titulo/Face%2FOff", b"/score_titulo/Face/Off"),
    (b"/score_titulo/heat", b"/score_titulo/Heat"),
    (b"/v1/x?a=1&a=2", b"/v1/x?a=2&a=1"),
    (b"/v1/x?q=a%2Bb", b"/v1/x?q=a+b"),
    (b"/v1/x?q=a%26b=1", b"/v1/x?q=a&b=1"),
    (b"/v1/x?q=", b"/v1/x"),
    (b"/v1/x%3Fq=1", b"/v1/x?q=1"),
    (b"/v1/%2520", b"/v1/%20"),
    (b"/v1/x?q=%EF%BF%BD", b"/v1/x?q=%C3%AF"),
    (b"/v1//x", b"/v1/x"),
    (b"/v1/a/../x", b"/v1/x"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_means_the_same_has_one_form(one, other):
    assert canonical(one) == canonical(other) is not None


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_what_may_mean_something_else_keeps_its_own(one, other):
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("target", [pair[0] for pair in SAME + OTHER])
def test_the_form_is_its_own_form(target):
    once = canonical(target)
    assert once is not None and canonical(once) == once


@pytest.mark.parametrize("target", [b"/v1/%zz", b"/v1/x?q=%", b"/v1/%FF", b"/v1/x?q=%00", b"/%C3"])
def test_what_is_not_well_encoded_has_none(target):
    assert canonical(target) is None


def test_a_long_address_has_its_form_too():
    tail = b"%61" * LONGEST_REMEMBERED
    assert canonical(b"/v1/x?q=" + tail) == b"/v1/x?q=" + b"a" * LONGEST_REMEMBERED

import pytest

from gateway.client_address import LONGEST, MAX_HOPS, UNKNOWN, client_address, counted_as, is_in
from gateway.settings import networks

PROXIES = networks("10.0.0.0/8,127.0.0.1,fd00::/8")
PROXY, CLIENT = "10.0.0.1", "203.0.113.7"


def test_a_client_that_comes_directly_has_its_own_address():
    assert client_address(CLIENT, [], PROXIES) == CLIENT


def test_nobody_but_a_proxy_of_ours_is_believed():
    assert client_address(CLIENT, [b"198.51.100.1"], PROXIES) == CLIENT
    assert client_address(PROXY, [b"198.51.100.1"], ()) == PROXY


def test_the_client_is_whom_the_proxy_heard_from():
    assert client_address(PROXY, [b"203.0.113.7"], PROXIES) == CLIENT


def test_what_a_client_wrote_itself_is_left_of_what_the_proxy_wrote_and_ignored():
    assert client_address(PROXY, [b"127.0.0.1, 198.51.100.1, 203.0.113.7"], PROXIES) == CLIENT


def test_proxies_behind_one_another_are_passed_over():
    assert (
        client_address(PROXY, [b"198.51.100.1, 203.0.113.7, fd00::2,10.9.9.9"], PROXIES) == CLIENT
    )


def test_several_headers_are_one_list():
    assert client_address(PROXY, [b"198.51.100.1", b"203.0.113.7", b"10.0.0.2"], PROXIES) == CLIENT


def test_where_all_are_proxies_the_first_one_asks():
    assert client_address(PROXY, [b"10.0.0.3, 10.0.0.2"], PROXIES) == "10.0.0.3"


@pytest.mark.parametrize(
    "entry", [b"203.0.113.7:80", b"[203.0.113.7]:1", b"\t203.0.113.7  ", b"::ffff:203.0.113.7"]
)
def test_an_address_is_read_in_every_dress_that_proxies_give_it(entry: bytes):
    assert client_address(PROXY, [b"10.0.0.2, " + entry], PROXIES) == CLIENT


@pytest.mark.parametrize("entry", [b"2001:DB8::1", b"[2001:db8::1]", b"[2001:db8:0::1]:443"])
def test_an_ipv6_address_has_one_spelling(entry: bytes):
    assert client_address(PROXY, [entry], PROXIES) == "2001:db8::1"


@pytest.mark.parametrize(
    "entry",
    [
        *(b"unknown", b"", b"_hidden", b"203.0.113", b"203.0.113.7.8", b"203.0.113.007", b"1"),
        *(b"203.0.113.7:", b"203.0.113.7:123456", b"[::1", b"[]:80", b"caf\xe9", b"\xb2.1.1.1"),
        b"203.0.113.7" + b" " * LONGEST + b"x",
    ],
)
def test_past_an_entry_that_cannot_be_read_nothing_is_believed(entry: bytes):
    assert client_address(PROXY, [b"198.51.100.1," + entry + b", 10.0.0.2"], PROXIES) == "10.0.0.2"


def test_a_proxy_seen_as_ipv4_in_ipv6_is_the_same_proxy():
    assert client_address("::ffff:10.0.0.1", [b"203.0.113.7"], PROXIES) == CLIENT


@pytest.mark.parametrize("peer", [None, "", "testclient", "/run/gateway.sock"])
def test_who_comes_from_no_address_is_unknown_whatever_it_says(peer: str | None):
    assert client_address(peer, [b"203.0.113.7"], PROXIES) == UNKNOWN
    assert counted_as(UNKNOWN) == UNKNOWN and not is_in(UNKNOWN, networks("0.0.0.0/0,::/0"))


def test_an_endless_list_is_read_from_the_right_and_no_further_than_any_real_one():
    assert client_address(PROXY, [b"198.51.100.1," * 5000 + b"203.0.113.7"], PROXIES) == CLIENT
    last_read = b"10.0.0.9" + b", 10.0.0.2" * (MAX_HOPS - 1)
    assert client_address(PROXY, [b"203.0.113.7, " + last_read], PROXIES) == "10.0.0.9"
    one_by_one = [b"203.0.113.7", *last_read.split(b", ")]
    assert client_address(PROXY, one_by_one, PROXIES) == "10.0.0.9"


def test_an_address_is_in_a_network_whatever_its_spelling():
    assert is_in("::ffff:10.1.2.3", PROXIES) and is_in("fd12::1", PROXIES)
    assert not is_in(CLIENT, PROXIES) and not is_in("fe80::1%eth0", PROXIES)
    assert is_in("fe80::1%eth0", networks("fe80::/10"))


def test_addresses_of_one_ipv6_network_count_as_one_and_those_of_ipv4_each():
    assert (
        counted_as("2001:db8:0:1::1") == counted_as("2001:db8:0:1:ffff::9") == "2001:db8:0:1::/64"
    )
    assert counted_as("2001:db8:0:2::1") != counted_as("2001:db8:0:1::1")
    assert counted_as(CLIENT) == CLIENT and counted_as("::ffff:203.0.113.7") == CLIENT

"""Which version a service answers from, as its answers tell."""

import pytest

from gateway.confirmed import VERSIONS_REMEMBERED, Confirmed


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def confirmed(clock):
    return Confirmed(clock)


def test_the_last_version_told_is_the_one_served(confirmed, clock):
    assert confirmed.told(b"v1", clock.now)
    assert not confirmed.told(b"v1", clock.now)
    clock.now += 1
    assert confirmed.told(b"v2", clock.now)
    assert confirmed.version == b"v2"


def test_a_late_answer_of_the_version_before_does_not_set_it_back(confirmed, clock):
    confirmed.told(b"v1", clock.now)
    asked_long_ago = clock.now
    clock.now += 2
    confirmed.told(b"v2", clock.now)
    assert not confirmed.told(b"v1", asked_long_ago)
    assert confirmed.version == b"v2" and confirmed.age_s(b"v1") == 2


def test_going_back_is_believed_of_a_question_asked_afterwards(confirmed, clock):
    confirmed.told(b"v1", clock.now)
    clock.now += 1
    confirmed.told(b"v2", clock.now)
    clock.now += 1
    assert confirmed.told(b"v1", clock.now) and confirmed.version == b"v1"


def test_an_answer_that_names_no_version_tells_nothing(confirmed, clock):
    confirmed.told(b"v1", clock.now)
    assert not confirmed.told(b"", clock.now) and confirmed.version == b"v1"


def test_age_is_counted_from_the_last_confirmation(confirmed, clock):
    confirmed.told(b"v1", clock.now)
    clock.now += 3
    assert confirmed.age_s(b"v1") == 3
    confirmed.told(b"v1", clock.now)
    assert confirmed.age_s(b"v1") == 0


def test_a_version_forgotten_is_at_least_as_old_as_the_oldest_remembered(confirmed, clock):
    for number in range(VERSIONS_REMEMBERED + 2):
        confirmed.told(b"v%d" % number, clock.now)
        clock.now += 1
    assert confirmed.age_s(b"v0") == VERSIONS_REMEMBERED


def test_a_version_confirmed_again_and_again_is_not_forgotten(confirmed, clock):
    for number in range(VERSIONS_REMEMBERED + 2):
        confirmed.told(b"other %d" % number, clock.now)
        confirmed.told(b"v", clock.now)
        clock.now += 1
    assert confirmed.age_s(b"v") == 1

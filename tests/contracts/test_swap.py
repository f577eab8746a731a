"""Another version taken while one is served, a bad one refused, and the old one let go."""

import gc
import logging
import threading
import weakref
from pathlib import Path

import pytest

from contracts.errors import VersionError
from contracts.swap import DONE, REFUSED, RETRY_S, Serving, Snapshot, once, published_in, tag_of
from contracts.versions import POINTER, current_version, point_to
from tests.waiting import until


class Content:
    """What a version is loaded into."""


class Shelf:
    """A root of versions, of which those in `bad` cannot be loaded, and a clock."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bad: dict[str, Exception] = {}
        self.tries: list[str] = []
        self.now = 0.0
        point_to(root, "v1")
        self.serving = Serving(root, self.load(), self.load, lambda: self.now)
        self.tries.clear()

    def load(self) -> Snapshot[Content]:
        version = current_version(self.root) or ""
        self.tries.append(version)
        if version in self.bad:
            raise self.bad[version]
        return Snapshot(version, tag_of(version, {}), Content())

    def look_at(self, version: str) -> str:
        """The version served once the service has looked at a pointer that says `version`."""
        point_to(self.root, version)
        return self.look()

    def look(self) -> str:
        self.serving.look()
        return self.serving.current.version


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_the_version_that_is_published_is_taken(shelf: Shelf) -> None:
    assert shelf.look_at("v2") == "v2"
    assert shelf.serving.current.tag.startswith("v2.")
    assert shelf.serving.ended == {DONE: 1, REFUSED: 0}


def test_a_pointer_that_says_the_same_again_changes_nothing(shelf: Shelf) -> None:
    before = shelf.serving.current
    assert shelf.look_at("v1") == "v1"
    assert shelf.serving.current is before and shelf.tries == []


def test_going_back_is_a_change_like_any_other(shelf: Shelf) -> None:
    assert [shelf.look_at(version) for version in ("v2", "v1", "v2")] == ["v2", "v1", "v2"]
    assert shelf.serving.ended[DONE] == 3


@pytest.mark.parametrize("fault", [VersionError("its checksum\ndiffers"), KeyError("blocks")])
def test_a_bad_version_is_refused_in_one_line_and_the_old_one_serves_on(
    shelf: Shelf, fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.bad["v2"] = fault
    assert shelf.look_at("v2") == "v1"
    assert shelf.serving.refusing and shelf.serving.ended == {DONE: 0, REFUSED: 1}
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1 and "\n" not in lines[0]
    assert lines[0].startswith("version_refused version=v2 reason=")
    assert lines[0].endswith(("its checksum differs", "KeyError: 'blocks'"))


def test_a_refused_version_is_tried_again_only_after_a_pause(shelf: Shelf) -> None:
    shelf.bad["v2"] = VersionError("half of it is missing")
    shelf.look_at("v2")
    shelf.now += RETRY_S - 1
    shelf.look()
    assert shelf.tries == ["v2"]
    shelf.now += 1
    shelf.look()
    assert shelf.tries == ["v2", "v2"] and shelf.serving.ended[REFUSED] == 2
    del shelf.bad["v2"]
    shelf.now += RETRY_S
    assert shelf.look() == "v2" and not shelf.serving.refusing


def test_a_version_that_is_published_again_is_tried_at_once(shelf: Shelf) -> None:
    shelf.bad["v2"] = VersionError("its checksum differs")
    shelf.look_at("v2")
    del shelf.bad["v2"]
    assert shelf.look_at("v2") == "v2"


def test_another_version_is_not_held_up_by_one_that_was_refused(shelf: Shelf) -> None:
    shelf.bad["v2"] = VersionError("its checksum differs")
    assert [shelf.look_at(version) for version in ("v2", "v3")] == ["v1", "v3"]


def test_nothing_is_refused_any_more_once_the_pointer_is_back(shelf: Shelf) -> None:
    shelf.bad["v2"] = VersionError("its checksum differs")
    assert [shelf.look_at(version) for version in ("v2", "v1")] == ["v1", "v1"]
    assert not shelf.serving.refusing and shelf.tries == ["v2"]


@pytest.mark.parametrize("written", [None, b"", b" \n", b"\xff\xfe"])
def test_a_pointer_that_cannot_be_read_changes_nothing(shelf: Shelf, written: bytes | None) -> None:
    pointer = shelf.root / POINTER
    pointer.unlink()
    if written is not None:
        pointer.write_bytes(written)
    assert published_in(shelf.root) is None
    assert shelf.look() == "v1" and shelf.tries == []
    pointer.write_text("v2\n")
    assert shelf.look() == "v2"


def test_the_old_version_is_freed_by_its_last_reference_and_no_collector(shelf: Shelf) -> None:
    old = weakref.ref(shelf.serving.current.content)
    gc.disable()
    try:
        shelf.look_at("v2")
        assert old() is None
    finally:
        gc.enable()


def test_who_took_the_old_version_keeps_it_to_the_end_and_holds_up_no_other(shelf: Shelf) -> None:
    taken = shelf.serving.current
    with shelf.serving.watching(5):
        point_to(shelf.root, "v2")
        assert until(lambda: shelf.serving.current.version == "v2")
        point_to(shelf.root, "v3")
        assert until(lambda: shelf.serving.current.version == "v3", 5)
    assert taken.version == "v1" and isinstance(taken.content, Content)


def test_memory_is_given_back_after_a_load_and_after_the_last_request_of_the_old_version(
    shelf: Shelf,
) -> None:
    taken = shelf.serving.current
    before: list[Content] = []
    shelf.look_at("v2")
    assert is_frozen(before)
    since: list[Content] = []
    shelf.look()
    assert not is_frozen(since)  # the old one is in use: nothing to do
    del taken
    shelf.look()
    assert is_frozen(since)
    afterwards: list[Content] = []
    shelf.look()
    assert not is_frozen(afterwards)


def test_a_watcher_that_is_stopped_waits_for_nobody(shelf: Shelf) -> None:
    taken = shelf.serving.current
    with shelf.serving.watching(5):
        point_to(shelf.root, "v2")
        assert until(lambda: shelf.serving.current.version == "v2")
    assert until(lambda: not [one for one in threading.enumerate() if one.name == "versions"], 5)
    assert taken.version == "v1"


def test_a_change_is_logged_with_both_versions(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    shelf.look_at("v2")
    assert caplog.messages[-1].startswith("version_swapped from=v1 to=v2 seconds=")


def test_a_watcher_takes_what_is_published_until_it_is_stopped(shelf: Shelf) -> None:
    with shelf.serving.watching(5):
        point_to(shelf.root, "v2")
        assert until(lambda: shelf.serving.current.version == "v2")
    assert until(lambda: not [one for one in threading.enumerate() if one.name == "versions"])


def test_a_watcher_that_never_looks_has_no_thread(shelf: Shelf) -> None:
    with shelf.serving.watching(0):
        assert not [one for one in threading.enumerate() if one.name == "versions"]


def test_a_tag_changes_with_version_and_settings_alone() -> None:
    assert tag_of("v1", {"a": 1, "b": 2}) == tag_of("v1", {"b": 2, "a": 1})
    assert len({tag_of("v1", {}), tag_of("v2", {}), tag_of("v1", {"a": 1})}) == 3
    assert tag_of("v1", {}).partition(".")[0] == "v1" and len(tag_of("v1", {})) == len("v1.") + 8


def test_what_was_loaded_before_is_given_once_and_not_held(tmp_path: Path) -> None:
    first = Content()
    gone = weakref.ref(first)
    load = once(first, lambda root: Content())
    assert load(tmp_path) is first
    del first
    assert gone() is None and isinstance(load(tmp_path), Content)


def is_frozen(thing: object) -> bool:
    """Whether the collector looks at it no more, as after memory was given back."""
    return not any(each is thing for each in gc.get_objects())

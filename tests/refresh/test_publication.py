from refresh.publication import Pair, folders
from tests.refresh.hashed import Place


def test_what_was_published_has_folders_only_while_both_are_there(fresh: Place) -> None:
    served = fresh.served()
    found = folders(fresh.var, served)
    assert found and (found.data.name, found.index.name) == (served.data, served.index)
    assert folders(fresh.var, Pair(served.data, None)) is None
    assert folders(fresh.var, Pair("gone", served.index)) is None

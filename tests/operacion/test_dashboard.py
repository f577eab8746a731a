"""The dashboard draws what there is, and nothing over another."""

import json
import re
from itertools import combinations
from typing import Any

from tests.operacion.exposed import (
    DOCUMENTED,
    OPERATION,
    PARTS_OF_A_HISTOGRAM,
    of_the_gateway,
    unknown,
)

DASHBOARD: dict[str, Any] = json.loads((OPERATION / "grafana" / "cartelera.json").read_text())
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
DRAWN = [panel for panel in PANELS if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in DRAWN for target in panel["targets"]]
MATCHED = re.compile(r"(cartelera_gateway_\w+)\{([^}]*)\}")
ADDED_BY_PROMETHEUS = {"job", "instance"}


def test_every_metric_drawn_is_one_that_is_told() -> None:
    asked = [*EXPRESSIONS, *(one.get("expr", "") for one in DASHBOARD["annotations"]["list"])]
    asked += [variable.get("definition", "") for variable in DASHBOARD["templating"]["list"]]
    assert {name for expression in asked for name in unknown(expression)} == set()


def test_every_label_matched_is_one_that_its_metric_has() -> None:
    told = of_the_gateway()
    matched = [found for expression in EXPRESSIONS for found in MATCHED.findall(expression)]
    assert matched
    for name, matchers in matched:
        labels = set(re.findall(r"(\w+)[=!]", matchers))
        assert labels <= told[name] | ADDED_BY_PROMETHEUS, name


def test_a_breaker_that_is_being_tried_is_drawn_with_those_that_are_open() -> None:
    matched = [found for expression in EXPRESSIONS for found in MATCHED.findall(expression)]
    circuits = [matchers for name, matchers in matched if name == "cartelera_gateway_circuito"]
    states = [state for matchers in circuits for state in re.findall("estado[^,]+", matchers)]
    assert states == ['estado!="cerrado"']


def test_every_metric_of_the_gateway_is_drawn() -> None:
    drawn = " ".join(EXPRESSIONS)
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in of_the_gateway()}
    assert [name for name in families if name not in drawn] == []


def test_panels_have_ids_of_their_own_and_overlap_nowhere() -> None:
    ids = [panel["id"] for panel in PANELS]
    assert len(ids) == len(set(ids))
    for one, other in combinations([panel["gridPos"] for panel in PANELS], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)


def test_the_source_of_the_data_is_chosen_by_who_looks() -> None:
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["query"] == "prometheus"
    asked = [source for panel in DRAWN for source in (panel, *panel["targets"])]
    assert {one["datasource"]["uid"] for one in asked} == {"${datasource}"}
    used = set(re.findall(r"\$(?!__)(\w+)", " ".join(EXPRESSIONS)))
    assert used <= set(variables)


def test_every_panel_says_what_it_shows() -> None:
    titles = [panel["title"] for panel in PANELS]
    assert len(titles) == len(set(titles)) and all(panel["description"] for panel in DRAWN)


def test_every_metric_of_the_gateway_is_documented_and_no_other() -> None:
    document = set(DOCUMENTED.findall((OPERATION / "observar.md").read_text()))
    told = set()
    for name in of_the_gateway():
        whole = [name.removesuffix(part) for part in PARTS_OF_A_HISTOGRAM if name.endswith(part)]
        told.add(whole[0] if whole else name)
    assert told == {name for name in document if name.startswith("cartelera_gateway_")}

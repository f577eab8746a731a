"""Every operation of the merged OpenAPI document is asked something."""

import copy

import pytest

from demo.endpoints import check_driven, operations, pictures, requests_of
from demo.faults import DemoError
from demo.scenes_api import TAGS


def test_every_operation_of_the_document_has_a_request(document):
    driven = [request for shown in pictures(document) for request in requests_of(shown)]
    assert {request.operation for request in driven} == set(operations(document))
    assert len(operations(document)) > 40


def test_every_operation_belongs_to_a_caption(document):
    assert {shown.tag for shown in pictures(document)} == set(TAGS)


def test_an_operation_that_nobody_asks_is_named(document):
    grown = copy.deepcopy(document)
    grown["paths"]["/v1/nueva"] = {"get": {"summary": "Nueva", "tags": ["estadísticas"]}}
    with pytest.raises(DemoError, match="GET /v1/nueva"):
        pictures(grown)
    with pytest.raises(DemoError, match="not driven: GET /v1/nueva"):
        check_driven(grown, [request for one in pictures(document) for request in requests_of(one)])


def test_a_question_by_query_asks_the_same_as_its_path(document):
    by_query = {
        one.request.operation: one.by_query.path for one in pictures(document) if one.by_query
    }
    assert by_query["GET /get_score_count/{platform}/{scored}/{year}"] == (
        "/get_score_count?platform=netflix&scored=3&year=2018"
    )
    assert by_query["GET /recomendacion_usuario/{user_id}/{titulo}"] == (
        "/recomendacion_usuario?user_id=1&titulo=Heat&anio=1995"
    )
    assert "GET /v1/peliculas/{id}" not in by_query  # its base is another endpoint


def test_requests_are_written_for_people_and_for_the_wire(document):
    written = {one.request.operation: one.request for one in pictures(document)}
    weekday = written["GET /cantidad_filmaciones_dia/{dia}"]
    assert weekday.shown.endswith("/miércoles") and weekday.path.endswith("/mi%C3%A9rcoles")
    assert written["POST /v1/recomendaciones"].method == "POST"
    assert written["POST /v1/recomendaciones"].body

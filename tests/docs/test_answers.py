"""How answers are shortened and written, and what is refused."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from docs.answers.pages import FOLDER, PLACE, encoded, endpoints, regenerate
from docs.answers.parameters import body_table, own_errors, parameter_table
from docs.answers.questions import QUESTIONS
from docs.answers.shortening import pretty, shorten


def test_long_lists_and_texts_are_cut_with_a_mark() -> None:
    assert shorten([1, 2, 3, 4, 5, 6]) == [1, 2, 3, 4, 5, "…"]
    assert shorten([1, 2, 3, 4, 5]) == [1, 2, 3, 4, 5]
    assert shorten([{"a": 1}, {"a": 2}, {"a": 3}]) == [{"a": 1}, {"a": 2}, "…"]
    assert shorten("á" * 200) == "á" * 160 + "…"


def test_versions_and_request_ids_are_masked_and_their_absence_is_not() -> None:
    answer = {"version": "b78fa2434f7efd39", "request_id": "da3a", "titulo": "Heat"}
    assert shorten(answer) == {"version": "…", "request_id": "…", "titulo": "Heat"}
    assert shorten({"version": None}) == {"version": None}


def test_of_an_answer_that_is_never_the_same_words_stay_and_figures_go() -> None:
    answer = {"estado": "lista", "peticiones": 17, "hace_s": None, "llaves": False, "hoy": "2026"}
    assert shorten(answer, live=True) == {
        "estado": "lista",
        "peticiones": "…",
        "hace_s": "…",
        "llaves": False,
        "hoy": "…",
    }
    assert shorten({"rechazos": {"a": 1}}, live=True) == {"rechazos": "…"}


def test_json_is_written_on_one_line_where_it_fits() -> None:
    assert pretty({"a": [1, 2]}) == '{"a": [1, 2]}'
    assert pretty({"a": "x" * 60, "b": "y" * 60}) == (
        '{\n  "a": "' + "x" * 60 + '",\n  "b": "' + "y" * 60 + '"\n}'
    )


def test_addresses_are_written_as_they_go_over_the_wire() -> None:
    assert encoded("/get_actor/Tom Hanks?a=sí") == "/get_actor/Tom%20Hanks?a=s%C3%AD"


def test_parameters_are_told_in_spanish_without_columns_that_say_nothing() -> None:
    k = {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}
    optional = {"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]}
    operation = {
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}},
            {"name": "k", "in": "query", "schema": k},
            {"name": "q", "in": "query", "schema": optional},
        ]
    }
    assert parameter_table(operation).splitlines() == [
        "| parámetro | dónde | tipo | por defecto |",
        "| --- | --- | --- | --- |",
        "| `id` | ruta | entero | obligatorio |",
        "| `k` | consulta | entero, de 1 a 100 | `10` |",
        "| `q` | consulta | texto, hasta 9 caracteres |  |",
    ]
    assert body_table(operation, {}) == ""


def test_an_object_in_a_body_has_a_table_of_its_own() -> None:
    numbers = {"type": "array", "items": {"type": "integer"}, "maxItems": 50}
    inner = {"properties": {"anio": {"type": "integer", "description": "de estreno"}}}
    outer = {
        "properties": {
            "gustan": numbers,
            "filtros": {"anyOf": [{"$ref": "#/x/F"}, {"type": "null"}]},
        },
        "required": ["gustan"],
    }
    document = {"components": {"schemas": {"F": inner}}}
    operation = {"requestBody": {"content": {"application/json": {"schema": outer}}}}
    assert body_table(operation, document).splitlines() == [
        "| campo del cuerpo | tipo | por defecto |",
        "| --- | --- | --- |",
        "| `gustan` | lista de enteros, hasta 50 | obligatorio |",
        "| `filtros` | objeto |  |",
        "",
        "| campo de `filtros` | tipo | qué es |",
        "| --- | --- | --- |",
        "| `anio` | entero | de estreno |",
    ]


def test_errors_of_an_operation_are_told_apart_from_those_of_all() -> None:
    of_all = {"$ref": "#/components/responses/Problema500"}
    own = {"200": {}, "403": {}, "404": {}, "422": {}, "500": of_all}
    common = "[los de cualquier endpoint](index.md#cuando-algo-no-sale)."
    assert own_errors({"responses": own}) == f"Errores: 403, 404 y 422, además de {common}"
    assert own_errors({"responses": {"404": {}}}) == f"Errores: 404, además de {common}"
    assert own_errors({"responses": {"500": of_all}}) == f"Errores: {common}"


def test_operations_that_repeat_another_by_query_have_no_page() -> None:
    operation = {"summary": "Heat"}
    repeated = {"summary": "Heat Por Consulta"}
    document = {"paths": {"/heat/{a}": {"get": operation}, "/heat": {"get": repeated}}}
    assert endpoints(document) == {"GET /heat/{a}": operation}


def test_every_place_is_asked_something() -> None:
    placed = {
        found["endpoint"]
        for path in FOLDER.glob("*.md")
        for found in PLACE.finditer(Path(path).read_text())
    }
    assert len(placed) > 20
    assert placed <= set(QUESTIONS)


def test_an_endpoint_without_a_place_in_the_pages_is_refused_and_named() -> None:
    class Newer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"paths": {"/nuevo": {"get": {}}}}')

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Newer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(SystemExit, match="no place in docs/api for: GET /nuevo"):
            regenerate(f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()


def test_a_stack_that_is_not_there_is_told() -> None:
    with pytest.raises(httpx.ConnectError):
        regenerate("http://127.0.0.1:1")

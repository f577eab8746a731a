"""One OpenAPI document out of three."""

import asyncio

import httpx
import pytest

from gateway import openapi
from gateway.openapi import merge

pytestmark = pytest.mark.anyio


def operation(model):
    schema = {"$ref": f"#/components/schemas/{model}"}
    ok = {"description": "OK", "content": {"application/json": {"schema": schema}}}
    return {"get": {"tags": ["t"], "responses": {"200": ok, "503": {"description": "suyo"}}}}


def document(*paths, model="Respuesta", schema=None):
    return {
        "openapi": "3.1.0",
        "info": {"title": "servicio", "version": "9"},
        "servers": [{"url": "http://dentro"}],
        "paths": {path: operation(model) for path in (*paths, "/salud/viva")},
        "components": {"schemas": {model: schema or {"type": "string"}, "Igual": {"type": "null"}}},
    }


QUERY = document("/score_titulo/{titulo}", model="Score")
RECO = document("/recomendacion/{titulo}", "/v1/buscar", model="Reco")
OWN = {
    "info": {"title": "Cartelera", "description": "Una."},
    "paths": {"/salud/viva": {"get": {}}},
    "components": {"schemas": {}},
}


class Services:
    """Both services' /openapi.json; `down` names those that answer with a fault."""

    def __init__(self):
        self.down = {}
        self.asked = 0

    def __call__(self, service, request):
        assert request.url.path == "/openapi.json"
        self.asked += 1
        if fault := self.down.get(service):
            return fault()
        return httpx.Response(200, json=QUERY if service == "query" else RECO)


def refuse():
    raise httpx.ConnectError("refused")


def references_of(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from references_of(value)


async def test_one_document_describes_the_gateway_and_both_services(fronting):
    async with fronting(Services()) as gateway:
        merged = (await gateway.get("/openapi.json")).json()
    assert merged["info"]["title"] == "Cartelera"
    assert {
        "/salud/viva",
        "/salud/lista",
        "/problemas",
        "/problemas/{slug}",
        "/operacion/estado",
        "/score_titulo/{titulo}",
        "/recomendacion/{titulo}",
        "/v1/buscar",
    } == set(merged["paths"])
    assert {"Score", "Reco", "Igual", "Problema", "SaludGateway"} <= set(
        merged["components"]["schemas"]
    )
    assert "servers" not in merged


async def test_every_reference_of_the_document_leads_somewhere(fronting):
    async with fronting(Services()) as gateway:
        merged = (await gateway.get("/openapi.json")).json()
    for reference in references_of(merged):
        section, name = reference.removeprefix("#/components/").split("/")
        assert name in merged["components"][section], reference


async def test_a_forwarded_operation_says_what_the_gateway_answers_in_its_stead(fronting):
    async with fronting(Services()) as gateway:
        merged = (await gateway.get("/openapi.json")).json()
    answers = merged["paths"]["/v1/buscar"]["get"]["responses"]
    assert list(answers) == (
        "200 304 400 401 405 408 414 429 431 500 502 503 504".split()  # and no body: no 413
    )
    assert answers["503"]["description"] == "suyo"
    problem = merged["components"]["responses"]["Problema429"]
    assert answers["429"] == {"$ref": "#/components/responses/Problema429"}
    assert list(problem["content"]) == ["application/problem+json"]
    assert {"X-Request-ID", "Retry-After", "RateLimit"} <= set(problem["headers"])


async def test_every_answer_of_the_document_has_a_request_id(fronting):
    async with fronting(Services()) as gateway:
        merged = (await gateway.get("/openapi.json")).json()
    described = merged["components"]["responses"]
    for path, operations in merged["paths"].items():
        for operation in operations.values():
            assert {"400", "405", "431", "500", "503"} <= set(operation["responses"])
            for answer in operation["responses"].values():
                name = answer.get("$ref", "").rpartition("/")[2]
                assert "X-Request-ID" in described.get(name, answer)["headers"], path
    assert merged["components"]["headers"]["X-Request-ID"]["required"]


async def test_a_key_is_described_and_asked_of_nobody_by_the_document_alone(fronting):
    async with fronting(Services()) as gateway:
        merged = (await gateway.get("/openapi.json")).json()
    schemes = merged["components"]["securitySchemes"]
    assert schemes["X-API-Key"]["in"] == "header" and schemes["Bearer"]["scheme"] == "bearer"
    buscar, health = (merged["paths"][path]["get"] for path in ("/v1/buscar", "/salud/viva"))
    assert buscar["security"] == [{}, {"X-API-Key": []}, {"Bearer": []}]
    assert "security" not in health


def test_only_what_has_a_body_may_be_too_large():
    reco = document("/v1/buscar")
    asked = reco["paths"]["/v1/buscar"]
    asked["post"] = {**asked["get"], "requestBody": {}}
    merged = merge(OWN, {"reco": reco})["paths"]["/v1/buscar"]
    assert "413" in merged["post"]["responses"] and "413" not in merged["get"]["responses"]
    assert "304" in merged["get"]["responses"] and "304" not in merged["post"]["responses"]


@pytest.mark.parametrize(
    "fault",
    [
        refuse,
        lambda: httpx.Response(500, json=RECO),
        lambda: httpx.Response(200, text="<html>"),
        lambda: httpx.Response(200, json=["nada"]),
        lambda: httpx.Response(200, json={"paths": None}),
    ],
)
async def test_a_service_that_is_down_is_left_out_and_named(fronting, fault, monkeypatch):
    monkeypatch.setattr(openapi, "INCOMPLETE_LIFETIME_S", 0.0)
    services = Services()
    services.down["reco"] = fault
    async with fronting(services) as gateway:
        merged = (await gateway.get("/openapi.json")).json()
        assert "/v1/buscar" not in merged["paths"]
        assert "/score_titulo/{titulo}" in merged["paths"]
        assert "**El servicio de recomendaciones no está" in merged["info"]["description"]

        services.down.clear()
        merged = (await gateway.get("/openapi.json")).json()
        assert "/v1/buscar" in merged["paths"]
        assert "no está disponible" not in merged["info"]["description"]


async def test_a_whole_document_is_kept_for_a_while(fronting, monkeypatch):
    now = 1000.0
    monkeypatch.setattr(openapi.time, "monotonic", lambda: now)
    services = Services()
    async with fronting(services) as gateway:
        first = await gateway.get("/openapi.json")
        assert (await gateway.get("/openapi.json")).content == first.content
        assert services.asked == 2
        now += openapi.LIFETIME_S
        await gateway.get("/openapi.json")
    assert services.asked == 4


def test_merging_leaves_what_it_merges_as_it_was():
    before = repr((OWN, QUERY))
    merge(OWN, {"query": QUERY})
    assert repr((OWN, QUERY)) == before


def test_components_of_one_name_and_content_become_one(caplog):
    merged = merge(OWN, {"query": QUERY, "reco": RECO})
    assert set(merged["components"]["schemas"]) == {"Score", "Reco", "Igual"}
    assert not caplog.records


def test_components_that_differ_are_told_apart_and_logged(caplog):
    number = {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/Score"}}}
    reco = document("/v1/buscar", model="Score", schema=number)
    merged = merge(OWN, {"query": QUERY, "reco": reco})
    renamed = {"$ref": "#/components/schemas/reco_Score"}
    schemas = merged["components"]["schemas"]
    assert schemas["Score"] == {"type": "string"}
    assert schemas["reco_Score"] == {"type": "object", "properties": {"x": renamed}}
    assert "#/components/schemas/reco_Score" in list(references_of(merged["paths"]["/v1/buscar"]))
    assert "openapi_clash" in caplog.text


def test_tags_are_kept_once_each():
    parts = {
        "query": {**QUERY, "tags": [{"name": "a"}]},
        "reco": {**RECO, "tags": [{"name": "a"}, {"name": "b"}]},
    }
    assert [tag["name"] for tag in merge(OWN, parts)["tags"]] == ["a", "b"]


async def test_an_incomplete_document_is_merged_once_for_many_who_ask(fronting):
    services = Services()
    services.down["reco"] = refuse
    async with fronting(services, retry_share=0) as gateway:
        asked = [gateway.get("/openapi.json") for _ in range(20)]
        answers = await asyncio.gather(*asked)
    assert len({answer.content for answer in answers}) == 1
    assert services.asked <= 2

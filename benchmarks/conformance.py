"""Answers of a running gateway held against the document at its /openapi.json.

Cases are those that schemathesis makes of the document, valid and invalid ones, and some of values
that the data have, so that most answers are not a 404.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PATIENCE_S = 20
MOST_ROUNDS = 20
"""Operations without parameters have one case a round, so the others get more rounds."""

WORDS = {
    "mes": ["enero", "Julio", "SEPTIEMBRE", "diciembre"],
    "dia": ["lunes", "miércoles", "Sabado", "domingo"],
    "nombre": ["Tom Hanks", "Ricardo Darín", "pedro almodovar", "Steven Spielberg", "Robin Wright"],
    "idioma": ["en", "español", "French", "ja"],
    "pais": ["argentina", "US", "Francia", "japan"],
    "franquicia": ["toy story", "James Bond Collection", "Harry Potter"],
    "productora": ["pixar animation studios", "Warner Bros.", "Paramount Pictures"],
    "platform": ["netflix", "Disney+", "hulu", "amazon", "n"],
    "plataforma": ["netflix", "disney,hulu"],
    "year": [1995, 2012, 2018, 2020],
    "scored": [1, 2.5, 3.5, 5],
    "duration_type": ["min", "season"],
    "excluir_dirigidas": ["true", "false"],
    "con_peliculas": ["true", "false"],
    "texto": ["un robot que se enamora", "space war", "niños perdidos en la selva"],
    "k": [1, 10, 100],
    "diversidad": [0, 0.3, 1],
    "max_por_saga": [1, 2],
    "generos": ["Drama", "Comedia,Animation"],
    "generos_todos": ["Drama"],
    "generos_ninguno": ["Terror"],
    "anio_desde": [1900, 1990],
    "anio_hasta": [2005, 2200],
    "voto_promedio_minimo": [0, 6.5],
    "voto_total_minimo": [0, 100],
    "slug": ["titulo-no-encontrado", "error-interno"],
    "user_id": [1, 2, 3, 50],
}
"""Values that the data have, or may have, by the parameter they are for."""


@dataclass
class Report:
    """What was asked, and what was wrong with the answers."""

    statuses: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    failures: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many were asked."""
        return sum(sum(told.values()) for told in self.statuses.values())

    def failed(self, label: str, what: str, example: str) -> None:
        """Note a failure, with the first case that shows it."""
        self.failures[f"{label}: {what}"] += 1
        self.examples.setdefault(f"{label}: {what}", example)


def examine(
    address: str, cases: int, first_seed: int = 0, document: dict[str, Any] | None = None
) -> Report:
    """Ask so many cases, or a few more, of all operations alike; one seed, the same cases.

    Answers are held against the stack's own document, or the one that is given.
    """
    document = document or requests.get(f"{address}/openapi.json", timeout=PATIENCE_S).json()
    schema = schemathesis.openapi.from_dict(document)
    operations = [found.ok() for found in schema.get_all_operations()]
    known = known_values(address)
    report, session = Report(), requests.Session()
    for turn in range(MOST_ROUNDS):
        left = cases - report.cases
        if left <= 0:
            break
        share = max(1, -(-left // (3 * len(operations))))
        for operation in operations:
            for strategy in ways(operation, known):
                ask(strategy, share, first_seed + turn, report, address, session)
    return report


def ways(operation: Any, known: dict[str, list[Any]]) -> Iterable[st.SearchStrategy[Any]]:
    """Cases of real values, valid ones, and invalid ones."""
    yield of_known(operation, known)
    yield operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def ask(
    strategy: st.SearchStrategy[Any],
    most: int,
    number: int,
    report: Report,
    address: str,
    session: requests.Session,
) -> None:
    """Ask up to `most` different cases, and note what comes back."""

    @seed(number)
    @settings(
        max_examples=most,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def one(case: Any) -> None:
        examine_one(case, report, address, session)

    try:
        one()
    except Unsatisfiable:  # nothing can be wrong with an operation that takes nothing
        return


def examine_one(case: Any, report: Report, address: str, session: requests.Session) -> None:
    """Ask once, and hold the answer against the document."""
    label = case.operation.label
    try:
        answer = case.call(base_url=address, session=session, timeout=PATIENCE_S)
    except requests.RequestException as fault:
        report.statuses[label][0] += 1
        report.failed(label, type(fault).__name__, case.as_curl_command())
        return
    report.statuses[label][answer.status_code] += 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except FailureGroup as group:
        for failure in group.exceptions:
            shown = f"{case.as_curl_command()} -> {answer.status_code} {answer.text[:300]}"
            report.failed(label, f"{failure.title} ({answer.status_code})", shown)


def of_known(operation: Any, known: dict[str, list[Any]]) -> st.SearchStrategy[Any]:
    """Cases whose arguments the data have: required ones always, the others now and then."""
    of_user = "/usuarios/" in operation.path
    parts: dict[str, st.SearchStrategy[Any]] = {}
    for place, container in (
        ("path_parameters", operation.path_parameters),
        ("query", operation.query),
    ):
        required, others = {}, {}
        for parameter in container:
            name = "user_id" if of_user and parameter.name == "id" else parameter.name
            values = st.sampled_from(known[name])
            (required if parameter.is_required else others)[parameter.name] = values
        sparing = st.fixed_dictionaries(required, optional=others)
        parts[place] = st.fixed_dictionaries(required) | sparing
    if operation.path == "/get_actor":  # either argument is an answer, both are a contradiction
        parts["query"] = st.sampled_from(
            [{"nombre": "Tom Hanks"}, {"platform": "netflix", "year": 2018}]
        )
    if operation.body:
        parts["body"] = bodies(known)
        parts["media_type"] = st.just("application/json")
    return st.builds(operation.Case, **parts)


def bodies(known: dict[str, list[Any]]) -> st.SearchStrategy[Any]:
    """Bodies of what the data have."""
    some = st.lists(st.sampled_from(known["id"]), min_size=1, max_size=5, unique=True)
    filters = st.fixed_dictionaries(
        {},
        optional={
            "generos": st.just(["Drama"]),
            "anio_desde": st.sampled_from(known["anio_desde"]),
            "voto_promedio_minimo": st.sampled_from(known["voto_promedio_minimo"]),
            "plataforma": st.just("netflix"),
        },
    )
    others = {
        "no_gustan": some,
        "usuario": st.sampled_from(known["user_id"]),
        "texto": st.sampled_from(known["texto"]),
        "k": st.sampled_from(known["k"]),
        "diversidad": st.sampled_from(known["diversidad"]),
        "filtros": filters,
    }
    return st.fixed_dictionaries({"gustan": some}, optional=others)


def known_values(address: str) -> dict[str, list[Any]]:
    """The words above, with films that the stack finds."""
    films = [
        film
        for start in ("a", "el", "the", "toy", "mi", "star")
        for film in requests.get(
            f"{address}/v1/peliculas", params={"q": start, "k": 20}, timeout=PATIENCE_S
        ).json()["resultados"]
    ]
    titles = [film["titulo"] for film in films]
    years = sorted({film["anio"] for film in films if film.get("anio")})
    of_films = {"titulo": titles, "pelicula": titles, "q": [*titles, "toy st", "amelie"]}
    return {**WORDS, **of_films, "anio": years, "id": [film["id"] for film in films]}


def tell(report: Report, say: Callable[[str], None] = print) -> None:
    """Cases per operation by status, then what failed."""
    for label, told in sorted(report.statuses.items()):
        by_status = "  ".join(f"{status or 'none'}: {n}" for status, n in sorted(told.items()))
        say(f"{label:<58}{sum(told.values()):>6}   {by_status}")
    total = sum(report.statuses.values(), Counter())
    say(f"\n{report.cases:,} cases of {len(report.statuses)} operations; {total[200]:,} were a 200")
    say(f"{sum(report.failures.values()):,} failures of {len(report.failures)} kinds")
    for what, times in report.failures.most_common():
        say(f"\n{times} x {what}\n    {report.examples[what]}")

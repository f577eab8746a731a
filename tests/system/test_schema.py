"""What the whole stack answers is what its one document says, whatever it is asked."""

import pytest

from benchmarks.conformance import Report, examine, tell
from tests.stack import Stack

pytestmark = pytest.mark.slow

CASES, SEED = 500, 7


@pytest.fixture(scope="module")
def report(stack: Stack) -> Report:
    return examine(stack.address, CASES, SEED)


def test_every_answer_is_one_that_the_document_describes(report: Report) -> None:
    said: list[str] = []
    tell(report, said.append)
    assert report.cases >= CASES and not report.failures, "\n".join(said)


def test_every_operation_was_asked_something_that_the_data_have(
    stack: Stack, report: Report
) -> None:
    paths = stack.get("/openapi.json").json()["paths"]
    labels = {f"{method.upper()} {path}" for path, found in paths.items() for method in found}
    assert set(report.statuses) == labels
    assert not [label for label, told in report.statuses.items() if not told[200]]


def test_an_answer_that_the_document_does_not_describe_is_found(stack: Stack) -> None:
    document = stack.get("/openapi.json").json()
    paths = document["paths"]
    lacking, wrong = "/score_titulo/{titulo}", "/v1/peliculas/{id}"
    document["paths"] = {path: paths[path] for path in (lacking, wrong)}
    del paths[lacking]["get"]["responses"]["404"]
    answer = paths[wrong]["get"]["responses"]["200"]
    answer["content"]["application/json"]["schema"] = {"type": "string"}
    document["components"]["headers"]["X-Cache"]["schema"]["enum"] = ["OTRA"]
    failures = " ".join(examine(stack.address, 60, SEED, document).failures)
    for found in ("status code (404)", "violates schema (200)", "header does not conform"):
        assert found in failures

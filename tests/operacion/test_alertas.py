"""The alert rules: what they name exists, and each fires when it should and not otherwise."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operacion.exposed import OPERATION, unknown
from tests.operacion.test_dashboard import EXPRESSIONS

RULES = OPERATION / "alertas.yml"
GROUPS: list[dict[str, Any]] = yaml.safe_load(RULES.read_text())["groups"]
ALERTS = [rule for group in GROUPS for rule in group["rules"]]
SCENARIOS = Path(__file__).parent / "alertas_test.yml"

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool, of the Debian package prometheus, is not installed: rules are not run",
)


def test_every_metric_watched_is_one_that_is_told() -> None:
    assert {name for alert in ALERTS for name in unknown(alert["expr"])} == set()


def test_every_alert_says_how_bad_it_is_and_what_happened() -> None:
    names = [alert["alert"] for alert in ALERTS]
    assert len(names) == len(set(names))
    for alert in ALERTS:
        assert alert["labels"]["severity"] in ("critical", "warning", "info")
        assert alert["for"] and alert["annotations"]["summary"]
        assert alert["annotations"]["description"].endswith(".")


def test_every_alert_is_documented_and_tried() -> None:
    document, scenarios = (OPERATION / "observar.md").read_text(), SCENARIOS.read_text()
    for alert in ALERTS:
        assert f"`{alert['alert']}`" in document
        assert f'alertname="{alert["alert"]}"' in scenarios


def test_every_parenthesis_is_closed() -> None:
    for alert in ALERTS:
        for opening, closing in ("()", "{}", "[]"):
            assert alert["expr"].count(opening) == alert["expr"].count(closing), alert["alert"]


@needs_promtool
@pytest.mark.parametrize("command", [("check", RULES), ("test", SCENARIOS)])
def test_prometheus_itself_finds_no_fault(command: tuple[str, Path]) -> None:
    verb, path = command
    done = subprocess.run(["promtool", verb, "rules", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_prometheus_itself_understands_what_the_dashboard_asks(tmp_path: Path) -> None:
    asked = [expr.replace("$__rate_interval", "5m").replace("$job", ".*") for expr in EXPRESSIONS]
    rules = [{"record": f"drawn:number_{n}", "expr": expr} for n, expr in enumerate(asked)]
    (tmp_path / "drawn.yml").write_text(yaml.dump({"groups": [{"name": "drawn", "rules": rules}]}))
    command = ["promtool", "check", "rules", tmp_path / "drawn.yml"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and f"{len(rules)} rules" in done.stdout, done.stdout + done.stderr

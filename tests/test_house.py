"""The house's own rules: sizes, directions, and documents that keep up with the code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

import gateway.settings
import query_service.settings
import reco_service.settings
import refresh.settings
from contracts.errors import catalogue
from tests.conftest import ROOT

PACKAGES = ("cli", "contracts", "eda", "etl", "gateway", "index", "refresh") + (
    "query_service",
    "reco_service",
)
LONGEST_MODULE = 300


def test_no_module_grows_fat() -> None:
    folders = (*PACKAGES, "benchmarks", "demo")
    modules = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    long = [p for p in modules if len(p.read_text().splitlines()) > LONGEST_MODULE]
    assert modules and not long


def test_packages_depend_on_one_another_in_one_direction() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    result = subprocess.run([lint], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "settings",
    [
        query_service.settings.Settings,
        reco_service.settings.Settings,
        gateway.settings.Settings,
        refresh.settings.Settings,
    ],
)
def test_every_setting_is_described_and_documented(settings: type[BaseSettings]) -> None:
    document = (ROOT / "docs" / "settings.md").read_text()
    for name, field in settings.model_fields.items():
        assert field.description, name
        assert f"`{settings.model_config['env_prefix']}{name.upper()}`" in document


def test_every_command_is_documented() -> None:
    from cli.main import app

    document = (ROOT / "README.md").read_text()
    for command in app.registered_commands:
        assert command.callback and f"cartelera {command.callback.__name__}" in document
    for group in app.registered_groups:
        assert group.typer_instance and (name := group.typer_instance.info.name)
        assert f"cartelera {name}" in document
        guide = (ROOT / "docs" / "operacion" / f"{name}.md").read_text()
        for command in group.typer_instance.registered_commands:
            assert command.callback and f"cartelera {name} {command.callback.__name__}" in guide


def test_every_problem_has_a_name_of_its_own_and_is_documented() -> None:
    document = (ROOT / "docs" / "problems.md").read_text()
    slugs = [problem.slug for problem in catalogue()]
    assert len(slugs) == len(set(slugs))
    assert not [slug for slug in slugs if f"`{slug}`" not in document]


def test_every_reason_of_the_ledger_is_documented() -> None:
    from etl.ledger import REASONS

    document = (ROOT / "docs" / "data.md").read_text()
    assert not [reason for reason in REASONS if f"`{reason}`" not in document]


def test_both_readmes_name_the_two_commands() -> None:
    for readme in ("README.md", "docs/README.es.md"):
        text = (ROOT / readme).read_text()
        assert "make run" in text and "make test" in text


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", document.read_text()):
            assert (document.parent / target).exists(), f"{document.name}: {target}"

"""What the documents name is there: commands and options, settings, make targets, links."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from pydantic_settings import BaseSettings

import gateway.settings
import index.gate
import query_service.settings
import reco_service.settings
from cli.main import app
from tests.conftest import ROOT

DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
PACKAGES = ("cli", "contracts", "eda", "etl", "index", "query_service", "reco_service", "gateway")

FENCED = re.compile(r"^ *```(?P<language>\w*)[^\n]*\n(?P<code>.*?)^ *```", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[\s(/])cartelera (?P<rest>[a-z].*)")
ENDS_A_COMMAND = ("|", ">", "&&", ";", "#", "&", "||")
SETTING = re.compile(r"\b(?:QUERY|RECO|GATEWAY|INDEX|CARTELERA)_[A-Z0-9_]*[A-Z0-9]\b")
MAKE = re.compile(r"(?:^|[\s(])make (?P<target>[a-z-]+)\b")
TARGET = re.compile(r"^(?P<name>[a-z-]+):", re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
ABSOLUTE = re.compile(r"^([a-z]+:|/|#)")


def code_of(path: Path) -> Iterator[str]:
    """Lines of code blocks, and what stands in backquotes."""
    text = path.read_text()
    for block in FENCED.finditer(text):
        yield from block["code"].replace("\\\n", " ").splitlines()
    yield from INLINE.findall(FENCED.sub("", text))


def commands_of(path: Path) -> Iterator[list[str]]:
    """The words after `cartelera` of each command that a document shows."""
    for line in code_of(path):
        if found := COMMAND.search(line):
            words = shlex.split(found["rest"], comments=True)
            ends = [i for i, word in enumerate(words) if word in ENDS_A_COMMAND]
            yield words[: min(ends, default=len(words))]


def fault_of(words: list[str]) -> str:
    """What the command line does not know in a command; empty if all is well."""
    command = typer.main.get_command(app)
    for word in words:
        if word.startswith("--"):
            name = word.partition("=")[0]
            if name not in {one for option in command.params for one in option.opts}:
                return f"{name} is no option of {command.name}"
        elif commands := getattr(command, "commands", None):  # a group
            if word not in commands:
                return f"there is no command {word}"
            command = commands[word]
    return ""


def settings_there_are() -> set[str]:
    classes: tuple[type[BaseSettings], ...] = (
        gateway.settings.Settings,
        query_service.settings.Settings,
        reco_service.settings.Settings,
        index.gate.Floors,
    )
    own = {
        f"{one.model_config['env_prefix']}{name.upper()}"
        for one in classes
        for name in one.model_fields
    }
    folders = [ROOT / folder for folder in (*PACKAGES, "docs/ejemplos")]
    sources = [path for folder in folders for path in folder.rglob("*.py")]
    return own | {name for path in sources for name in SETTING.findall(path.read_text())}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_and_option_of_a_document_exists(path: Path) -> None:
    faults = {" ".join(words): fault for words in commands_of(path) if (fault := fault_of(words))}
    assert not faults


def test_documents_show_commands_and_a_wrong_one_is_noticed(tmp_path: Path) -> None:
    assert sum(1 for path in DOCUMENTS for _ in commands_of(path)) > 30
    wrong = tmp_path / "wrong.md"
    wrong.write_text("```sh\ncartelera up --rwa x && cartelera llaves\n```\n`cartelera fly`\n")
    assert [fault_of(words) for words in commands_of(wrong)] == [
        "--rwa is no option of up",
        "there is no command fly",
    ]


def test_every_setting_that_a_document_names_exists() -> None:
    there_are = settings_there_are()
    named = {(path.name, name) for path in DOCUMENTS for name in SETTING.findall(path.read_text())}
    assert len(named) > 50
    assert not sorted(one for one in named if one[1] not in there_are)


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = {found["name"] for found in TARGET.finditer((ROOT / "Makefile").read_text())}
    named = {
        (path.name, found["target"])
        for path in DOCUMENTS
        for line in code_of(path)
        for found in MAKE.finditer(line)
    }
    assert {"run", "test", "docs"} <= {target for _, target in named}
    assert not sorted(one for one in named if one[1] not in targets)


def test_links_lead_to_files_and_to_headings_that_are_there() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in DOCUMENTS
        for target in targets_of(path)
        if not leads_somewhere(path, target)
    ]
    assert not broken


def targets_of(path: Path) -> list[str]:
    text = FENCED.sub("", path.read_text())
    found = [match["target"] for match in LINK.finditer(text)]
    return [one for one in found if one.startswith("#") or not ABSOLUTE.match(one)]


def leads_somewhere(path: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    file = path.parent / name if name else path
    return file.exists() and (not anchor or anchor in anchors_of(file))


def anchors_of(path: Path) -> set[str]:
    """Headings as the site and the usual viewers of Markdown name them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text()), re.MULTILINE)
    return {
        re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", one.lower())).strip("-") for one in headings
    }

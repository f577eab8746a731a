"""What docker-compose.yml and the Dockerfile promise, read from the files themselves.

Whether the images build and start is tried by deploy/build_without_engine.sh.
"""

import ast
import importlib
import importlib.util
import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from cli.supervise import LEAN

ROOT = Path(__file__).resolve().parents[2]
JOBS = ["etl", "index", "eda"]
SERVING = {"query": 8001, "reco": 8002, "gateway": 8000}
REFRESH = "refresh"
ALL = [*JOBS, *SERVING, REFRESH]
MILVUS = ["milvus-etcd", "milvus-minio", "milvus"]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PACKAGES = {"cli", "contracts", "eda", "etl", "gateway", "index", "refresh"} | {
    f"{name}_service" for name in ("query", "reco")
}
ENCODING = {"torch", "sentence-transformers", "onnxruntime", "transformers"}


def stages():
    """The Dockerfile's stages by name: parent, and instructions as (keyword, rest) in order."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    found, current = {}, []
    for line in text.splitlines():
        keyword, _, rest = line.partition(" ")
        if keyword == "FROM":
            parent, _, name = rest.partition(" AS ")
            current = []
            found[name] = (parent, current)
        elif keyword and keyword != "#":
            current.append((keyword, rest))
    return found


STAGES = stages()


def instructions(stage):
    """All instructions an image of this stage is made of, its parents' first."""
    if stage not in STAGES:
        return []
    parent, own = STAGES[stage]
    return [*instructions(parent), *own]


def copied(stage):
    """What the image takes from the checkout."""
    copies = [rest for keyword, rest in instructions(stage) if keyword == "COPY"]
    return [path for rest in copies if "--from" not in rest for path in rest.split()[:-1]]


def last(stage, keyword):
    return [rest for word, rest in instructions(stage) if word == keyword][-1]


def requirements(service):
    """What pip is told to install in this image, by the script that tells it."""
    spec = importlib.util.spec_from_file_location("deployed", ROOT / "deploy" / "requirements.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script.requirements_of(service, PROJECT)


def installed_with(wanted):
    """Names of all distributions these requirements lead to, as this environment resolved them."""
    names, pending = set(), [(Requirement(text), "") for text in wanted]
    seen = set()
    while pending:
        requirement, extra = pending.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        names.add(name)
        try:
            further = [Requirement(text) for text in distribution(name).requires or []]
        except PackageNotFoundError:
            continue
        for wanted_extra in {"", *requirement.extras} - {e for n, e in seen if n == name}:
            seen.add((name, wanted_extra))
            pending += [(each, wanted_extra) for each in further]
    return names


def imported(package):
    """The product's packages that this one imports; of cli only what every command needs."""
    found = set()
    for path in (ROOT / package).rglob("*.py"):
        tree = ast.parse(path.read_text())
        for node in tree.body if package == "cli" else ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
            elif isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
    return found & PACKAGES


# The compose file -------------------------------------------------------------------------


def test_there_is_one_container_for_each_job_and_service():
    assert list(SERVICES) == ALL + MILVUS


def test_only_the_gateway_publishes_a_port():
    publishing = {
        name: service["ports"] for name, service in SERVICES.items() if "ports" in service
    }
    assert publishing == {"gateway": ["${PORT:-8000}:8000"]}


def test_only_the_gateway_is_on_a_network_that_reaches_outside():
    assert [name for name in SERVING if "edge" in SERVICES[name]["networks"]] == ["gateway"]
    assert COMPOSE["networks"]["backend"]["internal"] is True
    assert all(SERVICES[job]["network_mode"] == "none" for job in [*JOBS, REFRESH])


@pytest.mark.parametrize("name", ALL)
def test_a_container_is_confined(name):
    service = SERVICES[name]
    assert service["user"] == last(name, "USER") == "10001:10001"
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["init"] is True
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(service)
    assert all(re.match(r"/tmp:size=\d+m\b", each) for each in service["tmpfs"])


def test_everything_is_built_in_order_and_the_gateway_waits_for_health():
    conditions = {
        name: {other: wait["condition"] for other, wait in service.get("depends_on", {}).items()}
        for name, service in SERVICES.items()
    }
    built = "service_completed_successfully"
    assert conditions == {
        "etl": {},
        "index": {"etl": built},
        "eda": {},
        "query": {"index": built},
        "reco": {"index": built},
        "gateway": {"query": "service_healthy", "reco": "service_healthy"},
        "refresh": {"index": built},
        "milvus-etcd": {},
        "milvus-minio": {},
        "milvus": {"milvus-etcd": "service_healthy", "milvus-minio": "service_healthy"},
    }


def test_jobs_run_once_and_services_come_back():
    assert {SERVICES[job]["restart"] for job in JOBS} == {"no"}
    assert {SERVICES[name]["restart"] for name in SERVING} == {"unless-stopped"}


@pytest.mark.parametrize(("name", "port"), SERVING.items())
def test_a_service_is_probed_where_it_listens(name, port):
    from cli.serving import SERVICES as serving

    command, python, _, script = SERVICES[name]["healthcheck"]["test"]
    assert (command, python) == ("CMD", "python")
    assert f'"127.0.0.1", {port}' in script and "/salud/lista" in script
    assert serving[name].port == port == int(last(name, "EXPOSE"))
    compile(script, "healthcheck", "exec")


def test_the_gateway_asks_the_services_where_they_listen():
    told = SERVICES["gateway"]["environment"]
    for name in ("query", "reco"):
        assert told[f"GATEWAY_{name.upper()}_URL"] == f"http://{name}:{SERVING[name]}"


@pytest.mark.parametrize("name", SERVING)
def test_what_a_service_is_told_is_a_setting_it_has(name):
    folder = "gateway" if name == "gateway" else f"{name}_service"
    settings = importlib.import_module(f"{folder}.settings").Settings
    prefix = settings.model_config["env_prefix"]
    known = {f"{prefix}{field}".upper() for field in settings.model_fields}
    assert set(SERVICES[name]["environment"]) <= known | set(LEAN)


def test_jobs_write_the_volume_and_services_only_read_it():
    assert list(COMPOSE["volumes"]) == ["var", *sorted(MILVUS)]
    for job in JOBS:
        assert "var:/app/var" in SERVICES[job]["volumes"]
    for name in SERVING:
        assert SERVICES[name]["volumes"] == ["var:/app/var:ro"]


def test_the_report_is_written_when_asked_for_where_the_gateway_reads_it():
    assert SERVICES["eda"]["profiles"] == ["report"]
    assert [name for name in ALL if "profiles" in SERVICES[name]] == ["eda", REFRESH]
    assert SERVICES["gateway"]["environment"]["GATEWAY_REPORT_DIR"] == "/app/var/eda"


def test_the_refresh_goes_on_by_itself_when_asked_for_and_is_given_time_to_end():
    service = SERVICES[REFRESH]
    assert (service["profiles"], service["restart"]) == (["refresh"], "unless-stopped")
    assert service["stop_grace_period"] == "15m"
    raw, var = service["volumes"]
    assert raw == SERVICES["etl"]["volumes"][0] and var == "var:/app/var"
    assert service["command"][:3] == ["refresh", "--raw", raw["target"]]
    assert service["command"][3:] == ["--every", "${EVERY:-6h}", "--watch"]


@pytest.mark.parametrize("name", MILVUS)
def test_milvus_runs_only_when_asked_for_and_reaches_nothing_outside(name):
    service = SERVICES[name]
    assert service["profiles"] == ["milvus"]
    assert not {"ports", "privileged", "cap_add", "devices", "pid", "ipc"} & set(service)
    assert all(COMPOSE["networks"][each]["internal"] for each in service["networks"])
    assert re.fullmatch(r"[\w./-]+:(v|RELEASE\.)[\w.-]+", service["image"])
    assert re.fullmatch(r"\d+[mg]", service["mem_limit"])
    assert service["healthcheck"]["test"][0] == "CMD"
    assert [each.partition(":")[0] for each in service["volumes"]] == [name]


def test_the_raw_files_are_mounted_read_only_and_never_made_up():
    raw = SERVICES["etl"]["volumes"][0]
    assert raw["source"] == "${RAW:-./data/sample}"
    assert raw["read_only"] is True
    assert raw["bind"]["create_host_path"] is False
    assert SERVICES["etl"]["command"] == ["etl", "--raw", raw["target"]]


# The images -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_a_container_is_built_from_its_own_stage(name):
    assert SERVICES[name]["build"]["args"]["SERVICE"] == name
    assert name in STAGES
    assert list(STAGES.values())[-1][0] == "${SERVICE}"


@pytest.mark.parametrize("name", ALL)
def test_an_image_copies_just_the_folders_that_are_imported(name):
    folders = copied(name)
    packages = {folder for folder in folders if folder in PACKAGES}
    assert all((ROOT / folder).is_dir() for folder in folders)
    own = {"query": "query_service", "reco": "reco_service"}.get(name, name)
    needed, pending = set(), {"cli", own}
    while pending:
        needed |= pending
        pending = set().union(*map(imported, pending)) - needed
    assert packages == needed
    assert set(folders) - packages == ({"data/sample"} if name == "etl" else set())


def test_whatever_is_copied_is_let_into_the_build_and_little_else():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert let_in == {path for stage in STAGES for path in copied(stage)}
    assert all((ROOT / path).exists() for path in let_in)


@pytest.mark.parametrize("name", SERVING)
def test_no_serving_image_holds_torch(name):
    wanted = requirements(name)
    assert any(text.startswith("fastapi") for text in wanted)
    names = installed_with(wanted)
    assert {"pydantic", "typer", "uvloop"} <= names  # base, and an extra of an extra
    assert not names & ENCODING
    assert "pandas" not in names


def test_the_walk_finds_torch_where_it_is():
    assert ENCODING <= installed_with(requirements("index"))


@pytest.mark.parametrize("name", ALL)
def test_everything_an_image_installs_is_pinned(name):
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {canonicalize_name(line.split("==")[0]) for line in lines if "==" in line}
    assert {canonicalize_name(Requirement(text).name) for text in requirements(name)} <= pinned


def test_an_unknown_service_is_refused_by_name():
    with pytest.raises(SystemExit, match="no service 'nope'"):
        requirements("nope")

"""The compose file is well formed, starts in order, and gives no service more than it needs."""

import json
import re
from importlib.metadata import distribution

import pytest
from deployment.compose import FILE, ROOT, VARIABLE, compose, ours, services
from jsonschema import Draft202012Validator

from streams.api.settings import ApiSettings
from streams.settings import Settings

ONE_SHOT = {"topics", "first-keys"}
WRITES_ITS_ROOT = {"kafka"}
VENDORED = "check_jsonschema/builtin_schemas/vendor/compose-spec.json"


def schema() -> Draft202012Validator:
    """The schema of the Compose Specification, as a package vendors it."""
    where = distribution("check-jsonschema").locate_file(VENDORED)
    return Draft202012Validator(json.loads(where.read_text("utf-8")))


def test_it_follows_the_schema_of_compose_files():
    """The published schema of the Compose Specification accepts it."""
    assert [error.message for error in schema().iter_errors(compose())] == []


def test_the_schema_would_refuse_a_misspelt_key():
    """The check above sees what compose itself would refuse."""
    broken = compose()
    broken["services"]["store"]["comand"] = ["valkey-server"]
    assert not schema().is_valid(broken)


def test_every_variable_is_explained_with_its_default():
    """`.env.example` lists the variables of the file, each with the default used there."""
    used = dict(VARIABLE.findall(FILE.read_text("utf-8")))
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert told == used


@pytest.mark.parametrize("name", services())
def test_a_service_has_no_more_rights_than_it_needs(name):
    """No root, no capabilities, a read-only root, a pinned image, ports on this host only."""
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("read_only", False) == (name not in WRITES_ITS_ROOT)
    assert name in ours() or int(service["user"].split(":")[0]) > 0
    assert re.fullmatch(r"[a-z/]+:v?[\w.]+", service["image"])
    assert not service["image"].endswith(":latest")
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@pytest.mark.parametrize("name", services())
def test_a_service_starts_after_what_it_needs_is_ready(name):
    """Servers are waited for until healthy, tasks until done; all are known."""
    for needed, how in services()[name].get("depends_on", {}).items():
        task = needed in ONE_SHOT
        assert ("healthcheck" in services()[needed]) != task
        assert how == {"condition": f"service_{'completed_successfully' if task else 'healthy'}"}


def test_what_is_kept_lies_in_named_volumes():
    """Every volume is declared, and none is left over."""
    mounts = [mount.split(":") for one in services().values() for mount in one.get("volumes", ())]
    named = {source for source, *_ in mounts if not source.startswith("./")}
    assert named == set(compose()["volumes"])
    for source, _, *mode in mounts:
        if source.startswith("./"):
            assert mode == ["ro"]
            assert (ROOT / source).is_dir()


@pytest.mark.parametrize("name", ours())
def test_the_settings_exist(name):
    """Each service of ours is given settings the program reads."""
    known = {f"REGRADE_{field.upper()}" for field in Settings.model_fields}
    known |= {f"REGRADE_API_{field.upper()}" for field in ApiSettings.model_fields}
    assert ours()[name]["environment"].keys() <= known


def test_the_broker_is_the_one_the_tests_run_on():
    """One version of Kafka for compose and for the tests on real Kafka."""
    tested = re.search(r"<kafka.version>(.+?)<", (ROOT / "deploy/kafka/pom.xml").read_text())
    assert services()["kafka"]["image"] == f"apache/kafka:{tested[1]}"


def test_the_store_is_set_up_as_workers_ask():
    """Nothing is evicted, and what is answered is on disk."""
    words = services()["store"]["command"]
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert options["--maxmemory-policy"] == "noeviction"
    assert (options["--appendonly"], options["--appendfsync"]) == ("yes", "always")

"""Two programmes on the same facts: compose and Kubernetes start the second beside the first."""

import json
from typing import Any

import pytest
from deployment.compose import FILE, ROOT, VARIABLE, compose, environment
from deployment.test_compose_file import schema
from deployment.test_kubernetes import of_kind
from ruamel.yaml import YAML

from streams.policies.load import load_policy
from streams.settings import Settings
from streams.topic_names import FACT_TOPICS
from streams.topics import OUTPUTS

SECOND = ROOT / "deploy/compose/second.yaml"


def second(prefix: str = "") -> dict[str, Any]:
    """The second file with its variables filled in."""
    chosen = {"REGRADE_PREFIX": prefix}
    text = VARIABLE.sub(lambda found: chosen.get(found[1], found[2]), SECOND.read_text("utf-8"))
    return YAML(typ="safe").load(text)


def check(first: Settings, other: Settings) -> None:
    """The facts are the same topics; nothing else is."""
    for topic in FACT_TOPICS:
        assert other.names.full(topic) == first.names.full(topic)
    for topic in ("grading-commands", "grading-policy", *OUTPUTS):
        assert other.names.full(topic) != first.names.full(topic)
    assert other.group not in (first.group, Settings.model_fields["group"].default)
    assert other.key_prefix != first.key_prefix
    assert (other.kafka, other.redis) == (first.kafka, first.redis)
    policies = [load_policy(one.policy) for one in (first, other)]
    assert policies[0].policy_id != policies[1].policy_id
    assert policies[0].currency == policies[1].currency, "every order would be refused"


def settings_of(told: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What a worker with these variables takes them for; all of them are known to it."""
    assert set(told) <= {f"REGRADE_{name.upper()}" for name in Settings.model_fields}
    with monkeypatch.context() as patch:
        for name, value in told.items():
            patch.setenv(name, value)
        return Settings()


@pytest.mark.parametrize("prefix", ["", "shop."])
def test_compose_starts_two_workers_on_the_same_orders(prefix, monkeypatch):
    """Whatever the prefix of the first."""
    one = compose({"REGRADE_PREFIX": prefix})["services"]["worker"]
    other = second(prefix)["services"]["club-worker"]
    told = [environment(worker, {}) for worker in (one, other)]
    check(*(settings_of(each, monkeypatch) for each in told))


def test_the_second_file_fits_to_the_first():
    """Of its services none is in the first; each has the rights of one there, and all it needs."""
    both = compose()["services"] | second()["services"]
    assert len(both) == len(compose()["services"]) + len(second()["services"])
    document = compose() | {"services": both}
    assert [error.message for error in schema().iter_errors(document)] == []
    for name, service in second()["services"].items():
        like = both[name.removeprefix("club-")]
        same = ("image", "read_only", "tmpfs", "cap_drop", "security_opt", "command", "restart")
        assert {key: service[key] for key in same} == {key: like[key] for key in same}
        assert service.get("healthcheck") == like.get("healthcheck")
        assert set(service["depends_on"]) <= set(both)
    known = dict(VARIABLE.findall(FILE.read_text("utf-8")))
    assert dict(VARIABLE.findall(SECOND.read_text("utf-8"))).items() <= known.items()


@pytest.mark.kubectl
def test_kubernetes_runs_two_workers_on_the_same_orders(monkeypatch):
    """In another namespace, so that no selector of the one finds pods of the other."""
    told = []
    for overlay in ("fixed", "second"):
        (found,) = of_kind(overlay, "ConfigMap").values()
        told.append(found["data"])
    check(*(settings_of(each, monkeypatch) for each in told))
    spaces = [
        {one["metadata"].get("namespace") for one in of_kind(overlay, "StatefulSet").values()}
        for overlay in ("fixed", "second")
    ]
    assert spaces == [{"regrade"}, {"regrade-club"}]
    assert list(of_kind("second", "Namespace")) == ["regrade-club"]
    assert json.dumps(of_kind("second", "Job")).count("--partitions") == 1

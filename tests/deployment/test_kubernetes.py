"""The manifests render, follow the schemas of Kubernetes, and fit together and to the program."""

import subprocess
from collections import defaultdict
from functools import cache
from typing import Any

import kubernetes_validate
import pytest
from deployment.compose import ROOT
from ruamel.yaml import YAML

from streams.api.settings import ApiSettings
from streams.settings import Settings

OVERLAYS = ("fixed", "autoscaled", "second")
VERSIONS = ("1.30", "1.34")
CUSTOM = {"ScaledObject", "PodMonitor"}
GRACE_INSIDE_S = 30
PROBES = {
    "startupProbe": "/healthz",
    "livenessProbe": "/healthz",
    "readinessProbe": "/readyz",
}

pytestmark = pytest.mark.kubectl


@cache
def rendered(overlay: str) -> list[dict[str, Any]]:
    """Every object of an overlay, as `kubectl apply --kustomize` would send it."""
    folder = ROOT / "deploy/kubernetes/overlays" / overlay
    done = subprocess.run(
        ["kubectl", "kustomize", folder], text=True, capture_output=True, check=True
    )
    return list(YAML(typ="safe").load_all(done.stdout))


def of_kind(overlay: str, kind: str) -> dict[str, dict[str, Any]]:
    """The objects of one kind, by name."""
    return {one["metadata"]["name"]: one for one in rendered(overlay) if one["kind"] == kind}


def templates(overlay: str) -> dict[str, dict[str, Any]]:
    """The pod templates, by the name of what owns them."""
    return {
        one["metadata"]["name"]: one["spec"]["template"]
        for one in rendered(overlay)
        if one["kind"] in ("StatefulSet", "Deployment", "Job")
    }


def chosen(overlay: str, labels: dict[str, str]) -> set[str]:
    """Whose pods a selector matches."""
    return {
        name
        for name, pod in templates(overlay).items()
        if labels.items() <= pod["metadata"]["labels"].items()
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_follows_its_schema(overlay, version):
    """Strictly: a misspelt field is an error. Custom kinds have no schema here."""
    for one in rendered(overlay):
        if one["kind"] not in CUSTOM:
            kubernetes_validate.validate(one, version, strict=True)


def test_a_misspelt_field_would_be_found():
    """The check above sees it."""
    worker = of_kind("fixed", "StatefulSet")["regrade-worker"]
    broken = worker | {"spec": worker["spec"] | {"replica": 3}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_no_pod_has_more_rights_than_it_needs(overlay):
    """What the namespace's `restricted` profile asks for, and a read-only root."""
    for pod in templates(overlay).values():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in spec["containers"]:
            rights = container["securityContext"]
            assert rights["allowPrivilegeEscalation"] is False
            assert rights["readOnlyRootFilesystem"] is True
            assert rights["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]
            assert "tmp" in {mount["name"] for mount in container["volumeMounts"]}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_selectors_match_the_pods_they_are_meant_for(overlay):
    """Services, budgets and policies: a label that is missing would leave pods without them."""
    for name, one in {**of_kind(overlay, "Service"), **of_kind(overlay, "StatefulSet")}.items():
        selector = one["spec"]["selector"]
        assert chosen(overlay, selector.get("matchLabels", selector)) == {name}
    budgets = of_kind(overlay, "PodDisruptionBudget")
    for name, one in budgets.items():
        assert chosen(overlay, one["spec"]["selector"]["matchLabels"]) == {name}
    policies = of_kind(overlay, "NetworkPolicy")
    matched = {
        n: chosen(overlay, p["spec"]["podSelector"]["matchLabels"]) for n, p in policies.items()
    }
    assert matched["regrade"] == templates(overlay).keys()
    assert matched["regrade-api"] == {"regrade-api"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_settings_are_ones_the_program_takes(overlay, monkeypatch):
    """With them and the names of the pods it starts; nothing is misspelt."""
    (settings,) = (
        one["data"]
        for name, one in of_kind(overlay, "ConfigMap").items()
        if name.startswith("regrade-settings")
    )
    known = {f"REGRADE_{field.upper()}" for field in Settings.model_fields}
    known |= {f"REGRADE_API_{field.upper()}" for field in ApiSettings.model_fields}
    own = defaultdict(dict)
    for name, pod in templates(overlay).items():
        for entry in pod["spec"]["containers"][0].get("env", ()):
            own[name][entry["name"]] = entry.get("value", f"{name}-0")
    assert {*settings, *own["regrade-worker"], *own["regrade-api"]} <= known
    for name, value in {**settings, **own["regrade-worker"], **own["regrade-api"]}.items():
        monkeypatch.setenv(name, value)
    worker = Settings()
    assert worker.member == worker.worker == "regrade-worker-0"
    assert not ApiSettings().loopback


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_probes_ask_what_the_program_answers(overlay):
    """Life and readiness at a named port; a worker is given time to finish."""
    ports = {"regrade-worker": Settings.model_fields["metrics_port"].default}
    ports["regrade-api"] = ApiSettings.model_fields["port"].default
    for name, port in ports.items():
        (container,) = templates(overlay)[name]["spec"]["containers"]
        named = {one["name"]: one["containerPort"] for one in container["ports"]}
        for kind, path in PROBES.items():
            asked = container[kind]["httpGet"]
            assert asked["path"] == path
            assert named[asked["port"]] == port
    worker = templates(overlay)["regrade-worker"]["spec"]
    assert worker["terminationGracePeriodSeconds"] > GRACE_INSIDE_S


def test_the_scaler_follows_the_group_of_the_workers():
    """It scales what there is, by the lag of the group and a topic the workers read."""
    scaler = of_kind("autoscaled", "ScaledObject")["regrade-worker"]["spec"]
    target = scaler["scaleTargetRef"]
    assert target["name"] in of_kind("autoscaled", target["kind"])
    (settings,) = of_kind("autoscaled", "ConfigMap").values()
    trigger = scaler["triggers"][0]["metadata"]
    assert trigger["consumerGroup"] == settings["data"]["REGRADE_GROUP"]
    assert trigger["bootstrapServers"] == settings["data"]["REGRADE_KAFKA"]
    assert trigger["topic"] == settings["data"]["REGRADE_PREFIX"] + "orders"
    topics = of_kind("autoscaled", "Job")["regrade-topics"]["spec"]["template"]["spec"]
    arguments = topics["containers"][0]["args"]
    assert scaler["maxReplicaCount"] <= int(arguments[arguments.index("--partitions") + 1])


def test_what_is_scraped_has_the_job_the_alerts_name():
    """The label the monitor takes the job from is that of the workers."""
    monitor = of_kind("autoscaled", "PodMonitor")["regrade-worker"]["spec"]
    labels = templates("autoscaled")["regrade-worker"]["metadata"]["labels"]
    assert labels[monitor["jobLabel"]] == "regrade-worker"
    assert chosen("autoscaled", monitor["selector"]["matchLabels"]) == {"regrade-worker"}

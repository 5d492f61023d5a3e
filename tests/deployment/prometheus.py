"""Prometheus's own tools, and the rules it is given."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from deployment.compose import ROOT
from prometheus_client import CollectorRegistry, ProcessCollector
from ruamel.yaml import YAML

from streams.telemetry.api_metrics import ApiMetrics
from streams.telemetry.metrics import Metrics
from streams.telemetry.vital_metrics import VitalMetrics

UNPACKED = Path.home() / ".cache/regrade/promtool/usr/bin"
RULES = sorted((ROOT / "deploy/prometheus/rules").glob("*.yml"))
NAME = re.compile(r"\b(?:[a-z_]+:)?regrade_[a-z0-9_]+(?::[a-z0-9_]+)?\b")


def tool(name: str) -> str:
    """Where `promtool` or `prometheus` is."""
    return shutil.which(name) or str(UNPACKED / name)


def promtool(*words: object) -> str:
    """What promtool says; an AssertionError if it objects."""
    done = subprocess.run(
        [tool("promtool"), *map(str, words)], text=True, capture_output=True, check=False
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def rules() -> list[dict[str, Any]]:
    """Every rule, recording or alerting."""
    documents = [YAML(typ="safe").load(path.read_text("utf-8")) for path in RULES]
    return [rule for one in documents for group in one["groups"] for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    """The alerts by name."""
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def known_metrics() -> set[str]:
    """Every name a rule or a dashboard may use: the catalogue, the process, recorded series."""
    registry = CollectorRegistry()
    catalogues = (Metrics(registry), VitalMetrics(registry), ApiMetrics(registry))
    ProcessCollector(namespace="regrade", registry=registry)
    names = {rule["record"] for rule in rules() if "record" in rule}
    for metric in (metric for one in catalogues for metric in vars(one).values()):
        if isinstance(metric, CollectorRegistry):
            continue
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}
        names |= {metric._name + end for end in suffixes.get(metric._type, [""])}
    for family in registry.collect():
        if family.name.startswith("regrade_process_"):
            names |= {family.name + ("_total" if family.type == "counter" else "")}
    return names


def unknown_names(expression: str) -> set[str]:
    """The names of an expression that nobody exports."""
    return set(NAME.findall(expression)) - known_metrics()

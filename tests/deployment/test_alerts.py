"""Every alert fires when it should, is silent when it should not, and leads to its runbook."""

import re
import shutil
from collections.abc import Iterator

import pytest
from deployment.alert_cases import CASES
from deployment.compose import ROOT
from deployment.prometheus import RULES, alerts, promtool, rules, unknown_names
from ruamel.yaml import YAML

SECTION = re.compile(r"^## (Regrade\w+)$", re.MULTILINE)
KEY = "/var/lib/regrade/prometheus.key"
PARTS = ["Meaning", "Impact", "Confirm", "Mitigate"]
RUNBOOK = (ROOT / "docs/runbook.md").read_text("utf-8")


def test_rules_name_only_metrics_that_exist():
    """A renamed metric would silence an alert for ever."""
    assert [name for rule in rules() for name in unknown_names(rule["expr"])] == []


def test_every_alert_has_a_case_and_a_section_of_the_runbook():
    """In both and nowhere else."""
    assert set(CASES) == set(alerts())
    assert SECTION.findall(RUNBOOK) == list(alerts())


@pytest.mark.parametrize("name", alerts())
def test_an_alert_says_what_is_wrong_how_bad_it_is_and_where_to_read_on(name):
    """Severity, summary, description and the section of the runbook."""
    alert = alerts()[name]
    assert alert["labels"]["severity"] in ("critical", "warning", "info")
    told = alert["annotations"]
    assert told.keys() == {"summary", "description", "runbook_url"}
    assert told["runbook_url"] == f"docs/runbook.md#{name.lower()}"


@pytest.mark.parametrize("name", alerts())
def test_a_section_of_the_runbook_has_all_its_parts(name):
    """Meaning, impact, how to confirm, and what to type to mitigate."""
    section = RUNBOOK.split(f"## {name}\n")[1].split("\n## ")[0]
    assert re.findall(r"^\*\*(\w+)\.\*\*", section, re.MULTILINE) == PARTS
    mitigation = section.split("**Mitigate.**")[1]
    assert re.search(r"`(regrade|docker compose|kubectl) [^`]+`", mitigation)


@pytest.mark.promtool
def test_promtool_accepts_the_rules_and_the_configuration(tmp_path):
    """Syntax, templates, and the files the configuration names, the key of the API among them."""
    promtool("check", "rules", *RULES)
    folder = shutil.copytree(ROOT / "deploy/prometheus", tmp_path / "prometheus")
    key = tmp_path / "prometheus.key"
    key.write_text("a key")
    configuration = folder / "prometheus.yml"
    text = configuration.read_text("utf-8")
    assert KEY in text
    configuration.write_text(text.replace(KEY, str(key)))
    promtool("check", "config", configuration)


@pytest.mark.promtool
def test_every_alert_fires_and_is_silent(tmp_path):
    """Prometheus itself evaluates the rules over the two courses of every case."""
    file = tmp_path / "alerts.test.yml"
    document = {
        "rule_files": [str(path) for path in RULES],
        "evaluation_interval": "1m",
        "tests": list(_tests()),
    }
    YAML(typ="safe").dump(document, file)
    promtool("test", "rules", file)


@pytest.mark.promtool
def test_a_late_midnight_is_seen_by_those_still_due_as_well(tmp_path):
    """The day has moved on, but not everybody was ticked; before half an hour nobody is told."""
    late = CASES["RegradeMidnightLate"].silent | {
        'regrade_due_customers{instance="a",partition="0"}': "3x60"
    }
    early = late | {'regrade_midnight_timestamp_seconds{instance="a"}': "0x60"}
    file = tmp_path / "midnight.test.yml"
    document = {
        "rule_files": [str(path) for path in RULES],
        "tests": [
            _test("RegradeMidnightLate", late, 10, firing=True),
            _test("RegradeMidnightLate", early, 10, firing=False),
        ],
    }
    YAML(typ="safe").dump(document, file)
    promtool("test", "rules", file)


def _tests() -> Iterator[dict]:
    for name, case in CASES.items():
        yield _test(name, case.fires, case.minute, firing=True)
        yield _test(name, case.silent, case.minute, firing=False)


def _test(name: str, series: dict[str, str], minute: int, *, firing: bool) -> dict:
    expression = f'min(ALERTS{{alertname="{name}", alertstate="firing"}})'
    return {
        "name": f"{name} {'fires' if firing else 'is silent'}",
        "interval": "1m",
        "input_series": [{"series": at, "values": text} for at, text in series.items()],
        "promql_expr_test": [
            {
                "expr": expression,
                "eval_time": f"{minute}m",
                "exp_samples": [{"labels": "{}", "value": 1}] if firing else [],
            }
        ],
    }

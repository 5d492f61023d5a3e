"""The reference tables list exactly what the code has."""

import re
import tomllib
from typing import get_args

import msgspec
import pytest
from pages import blocks, section, table, tables, text_of
from prometheus_client import CollectorRegistry

from scoring.policy import TAG_GROUPS
from scoring.readings import READINGS
from scoring.triggers import with_built_in
from streams.api.settings import ApiSettings
from streams.intake import wire
from streams.intake.commands import COMMAND_TYPES, AnyCommand
from streams.intake.outcomes import Reason
from streams.partition.runner import TOPICS
from streams.policies import document, values
from streams.policies.catalogue import catalogue
from streams.policies.load import load_policy
from streams.settings import Settings
from streams.telemetry.api_metrics import ApiMetrics
from streams.telemetry.metrics import Metrics
from streams.telemetry.vital_metrics import VitalMetrics
from streams.topics import OUTPUTS


def test_settings_lists_every_setting_with_its_default():
    """The host name is the one default that differs between machines."""
    shown = {
        f"REGRADE_{name.upper()}": (
            "(host name)" if field.default_factory else _setting(field.default),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    }
    rows = table(text_of("docs/settings.md"), "variable")
    assert {row["variable"]: (row["default"], row["meaning"]) for row in rows} == shown


def test_settings_lists_every_setting_of_the_api():
    """Its own ones; those of the workers it reads as well are told in words."""
    shown = {
        f"REGRADE_API_{name.upper()}": (_setting(field.default), field.description)
        for name, field in ApiSettings.model_fields.items()
    }
    rows = table(text_of("docs/settings.md"), "variable of the API")
    found = {row["variable of the API"]: (row["default"], row["meaning"]) for row in rows}
    assert found == shown


def _setting(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    if default is None:
        return "(none)"
    return str(default) or "(empty)"


@pytest.mark.parametrize(
    ("head", "catalogue"),
    [
        ("metric", Metrics),
        ("metric of health", VitalMetrics),
        ("metric of the API", ApiMetrics),
    ],
)
def test_metrics_lists_every_metric_as_prometheus_sees_it(head, catalogue):
    """Name, kind, labels and meaning."""
    metrics = catalogue(CollectorRegistry())
    shown = {}
    for metric in vars(metrics).values():
        if isinstance(metric, CollectorRegistry):
            continue
        name = metric._name + ("_total" if metric._type == "counter" else "")
        labels = ", ".join(metric._labelnames)
        shown[name] = (metric._type, labels, metric._documentation)
    rows = table(text_of("docs/metrics.md"), head)
    found = {row[head]: (row["kind"], row["labels"], row["meaning"]) for row in rows}
    assert found == shown


def test_readings_lists_every_reading():
    """In the order of the catalogue, with unit, window, meaning, when it is null, source."""
    shown = [
        (
            reading.name,
            reading.unit,
            ("yes" if reading.windowed else "no") + (", and a kind" if reading.with_kind else ""),
            reading.meaning,
            reading.null_when,
            ", ".join(reading.facts),
        )
        for reading in READINGS.values()
    ]
    rows = table(text_of("docs/readings.md"), "reading")
    assert [tuple(row.values()) for row in rows] == shown


SECTIONS = {
    "Top level": document.PolicyDocument,
    "An entry of `score`": document.DimensionSection,
    "An entry of `steps`": document.StepSection,
    "An entry of `tiers`": document.TierSection,
    "`move`": document.MoveSection,
    "An entry of `triggers`": document.TriggerSection,
    "An entry of a label": document.RuleSection,
    "A label as a mapping": document.LabelSection,
    "A benefit": document.BenefitSection,
    "An entry of `reminders`": document.ReminderSection,
    "`warnings`": document.WarningSection,
    "`review_when`": document.ReviewSection,
    "An entry of `rules`": document.ReviewRuleSection,
}


@pytest.mark.parametrize("title", SECTIONS)
def test_policy_lists_every_key_with_its_default(title):
    """Keys in their order, their descriptions, their defaults or in words how they are computed."""
    rows = table(section(text_of("docs/policy.md"), title), "key")
    fields = SECTIONS[title].model_fields
    assert [row["key"] for row in rows] == [f.alias or name for name, f in fields.items()]
    for row, field in zip(rows, fields.values(), strict=True):
        told = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", row["allowed, and what it means"])
        assert told == " ".join(str(field.description).split())
        if field.is_required():
            assert row["default"] == "required"
        elif field.default is not None:
            assert row["default"] == _yaml(field.default)
        else:
            assert row["default"] != "required"


def _yaml(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, float) else str(default)


def test_every_section_of_a_policy_is_listed():
    """A section added to the code is a table missing here."""
    models = {
        model
        for model in vars(document).values()
        if isinstance(model, type) and issubclass(model, document.Section)
    }
    assert models - {document.Section} == set(SECTIONS.values())


def test_policy_lists_the_groups_of_tags():
    """First and second level, in their order."""
    rows = table(section(text_of("docs/policy.md"), "Tags"), "group")
    shown = {row["group"]: tuple(row["second level"].split(", ")) for row in rows}
    assert shown == TAG_GROUPS


def test_policy_lists_the_presets():
    """As `regrade policy presets` does, with the tiers of each and what ranks them."""
    shown = []
    for name, description in catalogue():
        policy = load_policy(name)
        tiers = ", ".join(tier.name for tier in policy.tiers)
        shown.append((name, description, tiers, str(policy.by or "score")))
    rows = table(text_of("docs/policy.md"), "preset")
    assert [tuple(row.values()) for row in rows] == shown


def test_producers_lists_every_field_of_every_event():
    """Common fields once, then those of each type, and which of them are needed."""
    page = text_of("docs/producers.md")
    common = {row["field"]: row["needed"] for row in table(page, "field")}
    assert common == {"type": "yes"} | _fields(wire.Event)
    listed: dict[str, dict[str, str]] = {}
    kind = ""
    for row in table(page, "type"):
        kind = row["type"] or kind
        listed.setdefault(kind, {})[row["field"]] = row["needed"]
    shown = {
        event.__struct_config__.tag: {
            name: needed for name, needed in _fields(event).items() if name not in common
        }
        for event in get_args(wire.AnyEvent)
        if event is not wire.DayReachedEvent
    }
    assert listed == shown


def test_producers_lists_every_field_of_every_command():
    """Beside the common ones, and which of them are needed."""
    page = text_of("docs/producers.md")
    common = {row["field"] for row in table(page, "field")}
    listed: dict[str, dict[str, str]] = {}
    kind = ""
    for row in table(page, "command"):
        kind = row["command"] or kind
        listed.setdefault(kind, {})[row["field"]] = row["needed"]
    assert listed == {
        command.__struct_config__.tag: {
            name: needed for name, needed in _fields(command).items() if name not in common
        }
        for command in get_args(AnyCommand)
    }


def _fields(event: type) -> dict[str, str]:
    return {f.name: "yes" if f.required else "no" for f in msgspec.structs.fields(event)}


def test_producers_names_every_type_with_its_topic():
    """The types of all topics together are the types that exist."""
    rows = table(text_of("docs/producers.md"), "topic")
    assert tuple(row["topic"] for row in rows) == TOPICS
    assert {name for row in rows for name in row["events"].split(", ")} == (
        wire.TYPES | COMMAND_TYPES
    )


def test_consumers_lists_the_output_topics():
    """In the order in which they are created."""
    rows = table(text_of("docs/consumers.md"), "topic")
    assert tuple(row["topic"] for row in rows) == OUTPUTS


def test_consumers_lists_every_reason_of_a_dead_letter():
    """In the order in which the decoder names them."""
    rows = table(text_of("docs/consumers.md"), "reason")
    assert tuple(row["reason"] for row in rows) == get_args(Reason)


def test_dependencies_lists_every_direct_dependency():
    """Run-time, optional and development dependencies, nothing else."""
    project = tomllib.loads(text_of("pyproject.toml"))
    asked = [
        *project["project"]["dependencies"],
        *(d for extra in project["project"]["optional-dependencies"].values() for d in extra),
        *project["dependency-groups"]["dev"],
    ]
    names = {re.match(r"[\w.-]+", one)[0] for one in asked} - {"regrade"}
    listed = [
        row["package"]
        for found in tables(text_of("docs/decisions/dependencies.md"))
        for row in found
    ]
    assert sorted(listed) == sorted(names)


def test_no_shell_block_is_marked_as_something_else():
    """Commands are checked only in blocks marked `sh`."""
    for name in ("README.md", "docs/operations.md", "docs/policy.md"):
        assert not blocks(text_of(name), "bash")
        assert not blocks(text_of(name), "console")


def test_policy_names_everything_a_trigger_may_fire_on():
    """Every value that the document accepts, once."""
    lines = section(text_of("docs/policy.md"), "An entry of `triggers`").splitlines()
    (row,) = (line for line in lines if line.startswith("| `fires_on` |"))
    meaning = row.rpartition("required |")[2]
    assert sorted(re.findall("`([^`]+)`", meaning)) == sorted(values.FIRES_ON)


def test_policy_lists_the_built_in_triggers():
    """With what they fire on and permit, as the core has them."""
    rows = table(section(text_of("docs/policy.md"), "Built-in triggers"), "trigger")
    shown = [
        (
            trigger.name,
            ", ".join(trigger.fires_on),
            "promote and demote" if trigger.demote else "promote",
            "ignored" if trigger.ignore_hold else "",
        )
        for trigger in with_built_in(())
    ]
    assert [tuple(row.values())[:4] for row in rows] == shown

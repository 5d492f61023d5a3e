"""The connectors of deploy/connect, judged by the definitions of the classes they name."""

import json
import subprocess
from pathlib import Path

import pytest
from deployment.compose import ROOT

from streams.embedded.jars import kafka_jars

FOLDER = ROOT / "deploy/connect"
CHECK = Path(__file__).parent / "ConnectorCheck.java"
JDBC = "io.aiven.connect.jdbc.JdbcSourceConnector"
FAULTS = {
    "debezium-orders.json": [],
    # Not on Maven Central: its converter and its transform are judged, its own settings are not.
    "jdbc-bookings.json": [f"no class {JDBC}"],
}

pytestmark = pytest.mark.kafka


def faults(file: Path) -> list[str]:
    """What is wrong with a connector, a line each."""
    jars = kafka_jars(FOLDER / "pom.xml")
    command = ["java", "-cp", f"{jars}/*", str(CHECK), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return sorted(done.stdout.splitlines())


def test_every_connector_is_judged():
    """None is left out."""
    assert {path.name for path in FOLDER.glob("*.json")} == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_connector_has_no_faults(name):
    """Every setting is known and has an allowed value."""
    assert faults(FOLDER / name) == FAULTS[name]


def test_a_fault_would_be_found(tmp_path):
    """Values that are not allowed, of the connector and its converter, and an unknown key."""
    connector = json.loads((FOLDER / "debezium-orders.json").read_text("utf-8"))
    connector["config"] |= {"snapshot.mode": "sometimes", "table.includes": "public.orders"}
    connector["config"]["value.converter.schemas.enable"] = "perhaps"
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(connector))
    found = "\n".join(faults(file))
    for wrong in ("table.includes", "perhaps", "snapshot.mode"):
        assert wrong in found

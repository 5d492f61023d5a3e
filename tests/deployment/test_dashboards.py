"""The dashboards show what exists, in its unit, and are found by Grafana."""

import json

import pytest
from deployment.compose import ROOT, services
from deployment.prometheus import promtool, unknown_names
from ruamel.yaml import YAML

GRAFANA = ROOT / "deploy/grafana"
BOARDS = {path.stem: json.loads(path.read_text()) for path in GRAFANA.glob("dashboards/*.json")}
PANELS = {
    f"{uid}: {panel['title']}": panel
    for uid, board in BOARDS.items()
    for panel in board["panels"]
    if panel["type"] != "row"
}


def provisioned(name: str) -> dict:
    """A file Grafana reads at its start."""
    return YAML(typ="safe").load((GRAFANA / "provisioning" / name).read_text("utf-8"))


@pytest.mark.parametrize("uid", BOARDS)
def test_a_dashboard_is_known_by_its_file(uid):
    """So that links to it last; its panels have ids of their own."""
    board = BOARDS[uid]
    assert board["uid"] == uid
    assert board["editable"] is False
    ids = [panel["id"] for panel in board["panels"]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_names_metrics_that_exist_with_unit_and_description(name):
    """From the provisioned source, each series with a legend."""
    panel = PANELS[name]
    source = provisioned("datasources/prometheus.yml")["datasources"][0]["uid"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["datasource"]["uid"] == source
    for target in panel["targets"]:
        assert unknown_names(target["expr"]) == set()
        assert target["legendFormat"]
        assert target["datasource"]["uid"] == source


def test_panels_do_not_overlap():
    """Each has its place on the grid of 24 columns."""
    for board in BOARDS.values():
        taken = set()
        for panel in board["panels"]:
            at = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(at["x"], at["x"] + at["w"])
                for y in range(at["y"], at["y"] + at["h"])
            }
            assert at["x"] + at["w"] <= 24
            assert not cells & taken
            taken |= cells


def test_grafana_finds_source_and_dashboards():
    """The provisioning names the address and the folder of the compose file."""
    grafana, prometheus = services()["grafana"], services()["prometheus"]
    source = provisioned("datasources/prometheus.yml")["datasources"][0]
    assert source["url"] == "http://prometheus:9090"
    assert any(port.endswith(":9090") for port in prometheus["ports"])
    folder = provisioned("dashboards/regrade.yml")["providers"][0]["options"]["path"]
    assert f"./deploy/grafana/dashboards:{folder}:ro" in grafana["volumes"]
    assert "./deploy/grafana/provisioning:/etc/grafana/provisioning:ro" in grafana["volumes"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home.removeprefix(f"{folder}/").removesuffix(".json") in BOARDS


@pytest.mark.promtool
def test_every_expression_parses(tmp_path):
    """As rules they are read by Prometheus itself."""
    expressions = [target["expr"] for panel in PANELS.values() for target in panel["targets"]]
    rules = [
        {"record": f"panel:number:{number}", "expr": text.replace("$__rate_interval", "5m")}
        for number, text in enumerate(expressions)
    ]
    file = tmp_path / "panels.yml"
    YAML(typ="safe").dump({"groups": [{"name": "panels", "rules": rules}]}, file)
    promtool("check", "rules", file)

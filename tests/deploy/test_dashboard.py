import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.project import DEPLOY
from touchline.scorevision.settings import MinerSettings
from touchline.service.web.metrics import Metrics

DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
OF_PROMETHEUS = {"instance"}
"""Labels that Prometheus adds to every series."""


@pytest.fixture
def exported(tmp_path: Path) -> dict[str, tuple[set[str], set[str]]]:
    """Of each metric of a service that has seen everything: its series, and their labels."""
    metrics = Metrics(tmp_path, list)
    for labelled in (metrics.challenges, metrics.refused, metrics.faults, metrics.stage):
        labelled.labels("any")
    for gauge in (metrics.gpu_memory, metrics.gpu_load):
        gauge.labels("0")
    families = list(metrics.registry.collect())
    assert all(family.samples for family in families), "one has a label that is not set here"
    return {
        family.name: (
            {sample.name for sample in family.samples},
            {label for sample in family.samples for label in sample.labels},
        )
        for family in families
    }


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def targets() -> list[dict[str, Any]]:
    return [target for panel in panels() for target in panel["targets"]]


def series_in(text: str) -> set[str]:
    return set(re.findall(r"touchline_\w+", text))


def shown() -> set[str]:
    return set().union(*(series_in(target["expr"]) for target in targets()))


def labels_in(target: dict[str, Any]) -> set[str]:
    """Labels by which a query chooses, groups or names."""
    matched = re.findall(r"(\w+)=~?\"", target["expr"])
    grouped = ", ".join(re.findall(r"by \(([^)]*)\)", target["expr"]))
    named = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
    return {*matched, *re.findall(r"\w+", grouped), *named}


def test_every_series_that_is_shown_is_exported(
    exported: dict[str, tuple[set[str], set[str]]],
) -> None:
    assert shown() <= set().union(*(series for series, _ in exported.values()))


def test_every_metric_of_the_service_is_shown(
    exported: dict[str, tuple[set[str], set[str]]],
) -> None:
    for name, (series, _) in exported.items():
        assert series & shown(), name


def test_queries_use_only_labels_that_their_metrics_have(
    exported: dict[str, tuple[set[str], set[str]]],
) -> None:
    for target in targets():
        for series in series_in(target["expr"]):
            labels = next(labels for names, labels in exported.values() if series in names)
            assert labels_in(target) <= labels | OF_PROMETHEUS, target["expr"]


def test_no_panel_names_a_data_source_of_its_own() -> None:
    variables = {variable["name"]: variable for variable in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    for part in (*panels(), *targets(), variables["instance"]):
        assert part["datasource"]["uid"] == "${datasource}"
    used = set(re.findall(r"\$(?!\{|__)(\w+)", json.dumps(DASHBOARD)))
    assert used <= set(variables)


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(numbers)) == len(numbers)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_prometheus_reads_the_port_of_the_service() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    assert job["static_configs"] == [
        {"targets": [f"127.0.0.1:{MinerSettings.model_fields['port'].default}"]}
    ]
    assert job.get("metrics_path", "/metrics") == "/metrics"

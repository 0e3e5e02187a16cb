"""What can be said of the cluster and the job of a batch without starting them."""

import re
import shlex
from typing import Any

import pytest
import typer
import yaml

from tests.deploy.project import DEPLOY, ROOT
from touchline.cli import app

JOB = yaml.safe_load((DEPLOY / "ray" / "job.yaml").read_text())
CLUSTER = yaml.safe_load((DEPLOY / "ray" / "cluster.yaml").read_text())
IMAGE = (DEPLOY / "ray" / "Dockerfile").read_text()
MANUAL = re.sub(r"\\?\n# +", " ", (DEPLOY / "ray" / "cluster.yaml").read_text())


@pytest.mark.parametrize(
    "line", [JOB["spec"]["entrypoint"], re.findall(r"'(touchline batch .+?)'", MANUAL)[0]]
)
def test_the_command_is_one_of_ours_with_options_that_there_are(line: str) -> None:
    program, name, *arguments = shlex.split(line)
    assert (program, name) == ("touchline", "batch")
    command: Any = typer.main.get_command(app)
    with command.commands["batch"].make_context("batch", arguments) as context:
        assert context.params["ray"] == "auto"
        assert context.params["workers"] == 32
        assert context.params["minutes"] == 5
        assert context.params["output"].startswith("s3://")


def test_the_job_has_a_core_for_each_worker_and_goes_when_it_is_done() -> None:
    cluster = JOB["spec"]["rayClusterSpec"]
    (group,) = cluster["workerGroupSpecs"]
    (container,) = group["template"]["spec"]["containers"]
    assert group["maxReplicas"] * int(container["resources"]["limits"]["cpu"]) == 32
    assert JOB["spec"]["shutdownAfterJobFinishes"] is True
    assert cluster["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0", "it decodes nothing"


def test_machines_run_one_version_of_ray_from_one_image() -> None:
    version = JOB["spec"]["rayClusterSpec"]["rayVersion"]
    assert f"FROM rayproject/ray:{version}-py311" in IMAGE
    assert f"ray=={version} " in (ROOT / "requirements-dev.lock").read_text()
    images = re.findall(r"image: (\S+)", yaml.dump(JOB) + yaml.dump(CLUSTER))
    assert {*images} == {"YOUR-REGISTRY/touchline-ray:latest"}


def test_the_head_of_the_cluster_does_no_work_and_idle_machines_go() -> None:
    types = CLUSTER["available_node_types"]
    assert types[CLUSTER["head_node_type"]]["resources"] == {"CPU": 0}
    assert CLUSTER["idle_timeout_minutes"] <= 10
    assert types["worker"]["max_workers"] <= CLUSTER["max_workers"]


def test_what_the_image_copies_is_there() -> None:
    for line in re.findall(r"^COPY (?:--\S+ )?(.+)$", IMAGE, re.MULTILINE):
        assert all((ROOT / source).exists() for source in line.split()[:-1])

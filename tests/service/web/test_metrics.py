import os
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from touchline.service.web.metrics import Metrics


def rendered(metrics: Metrics) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_happened_and_what_the_machine_does_is_told(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path, list)
    metrics.challenges.labels("answered").inc()
    metrics.observe({"decode": 0.3, "total": 7.0})
    with metrics.timed("download"):
        pass
    found = rendered(metrics)
    assert found["touchline_challenges_total", ("answered",)] == 1
    assert found["touchline_stage_seconds_sum", ("decode",)] == 0.3
    assert found["touchline_stage_seconds_sum", ("analysis",)] == 7.0
    assert found["touchline_stage_seconds_count", ("download",)] == 1
    assert found["touchline_rss_bytes", ()] > 10 * 2**20
    assert found["touchline_disk_free_bytes", ()] > 0


def test_two_services_in_one_process_count_apart(tmp_path: Path) -> None:
    one, other = Metrics(tmp_path, list), Metrics(tmp_path, list)
    one.frames.inc(750)
    assert rendered(other)["touchline_frames_total", ()] == 0


def test_analysts_count_with_the_service_and_one_that_is_gone_does_not_matter(
    tmp_path: Path,
) -> None:
    alone = rendered(Metrics(tmp_path, list))["touchline_rss_bytes", ()]
    twice = rendered(Metrics(tmp_path, lambda: [os.getppid(), 2**22 + 1]))
    assert twice["touchline_rss_bytes", ()] > alone

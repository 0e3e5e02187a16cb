"""Inputs from object stores and results to them: a real server of S3's protocol, and HTTP."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.batch.worlds import make_match, run
from tests.pipeline.worlds import make_clip
from touchline.batch import find_inputs
from touchline.batch.stores import LocalStore, UrlStore, store_of
from touchline.errors import InputError, OutputError, UsageError

fsspec = pytest.importorskip("fsspec", reason="needs touchline[batch]")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips") / "cup"
    folder.mkdir()
    make_clip(folder / "semi.mp4", [14, 10])
    make_match(folder / "final.mp4", [90], people=1)
    (folder / "notes.txt").write_text("none of ours")
    return folder


@pytest.fixture(scope="module")
def bucket(clips: Path) -> Iterator[str]:
    """A bucket of a server on this machine that speaks S3, with the clips in it."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    with pytest.MonkeyPatch.context() as patch:
        server.start()
        host, port = server.get_host_and_port()
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        fsspec.filesystem("s3").clear_instance_cache()
        s3 = fsspec.filesystem("s3", skip_instance_cache=True)
        s3.mkdir("season")
        s3.put(str(clips), "season/", recursive=True)
        yield "s3://season"
        fsspec.filesystem("s3").clear_instance_cache()
        server.stop()


@pytest.fixture(scope="module")
def web(clips: Path) -> Iterator[str]:
    """A web server of this machine with the clips."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=clips.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/cup"
    server.shutdown()
    server.server_close()


def test_a_url_with_a_slash_or_a_glob_stands_for_the_videos_there(bucket: str) -> None:
    both = [f"{bucket}/cup/final.mp4", f"{bucket}/cup/semi.mp4"]
    assert [each.place for each in find_inputs([f"{bucket}/cup/"])] == both
    assert [each.place for each in find_inputs([f"{bucket}/*/*.mp4"])] == both
    with pytest.raises(InputError, match="no video there"):
        find_inputs([f"{bucket}/league/"])


def test_a_batch_from_an_object_store_into_one(bucket: str, clips: Path, tmp_path: Path) -> None:
    options = {"minutes": 2.2 / 60, "dataset": True}
    report = run([f"{bucket}/cup/", f"{bucket}/cup/gone.mp4"], f"{bucket}/out", **options)
    assert report.counts == {"done": 2, "failed": 1}
    run([clips], tmp_path, **options)
    s3 = fsspec.filesystem("s3")
    for name in ("semi", "final"):
        with s3.open(f"{bucket}/out/{name}/tracks.parquet") as file:
            assert pq.read_table(file) == pq.read_table(tmp_path / name / "tracks.parquet")
    assert f'"path": "{bucket}/cup/semi.mp4"' in s3.cat(f"{bucket}/out/semi/summary.json").decode()
    left = {path.removeprefix("season/out/").split("/")[0] for path in s3.find(f"{bucket}/out")}
    assert left == {"semi", "final", "dataset", "ledger.parquet"}
    with s3.open(f"{bucket}/out/ledger.parquet") as file:
        rows = {row["name"]: row for row in pq.read_table(file).to_pylist()}
    assert rows["final"]["pieces"] == 2
    assert "cannot be fetched" in rows["gone"]["reason"]
    again = run([f"{bucket}/cup/"], f"{bucket}/out", resume=True, **options)
    assert again.loads == 0, "nothing was left to do"


def test_a_video_is_fetched_by_http_and_what_was_fetched_goes(web: str, tmp_path: Path) -> None:
    report = run([f"{web}/semi.mp4", f"{web}/gone.mp4"], tmp_path)
    assert report.counts == {"done": 1, "failed": 1}
    assert {path.name for path in tmp_path.iterdir()} == {"semi", "ledger.parquet"}


def test_what_fsspec_does_not_know_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gopher://"):
        find_inputs(["gopher://old/times/"])
    with pytest.raises(InputError, match=r'pip install "touchline\[batch\]" gcsfs'):
        store_of("gs://bucket/out")


def test_a_folder_appears_whole_in_place_of_what_an_earlier_batch_left(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    for text in ("first", "second"):
        grown = tmp_path / "grown"
        grown.mkdir()
        (grown / "summary.json").write_text('{"versions": {"touchline": "1"}}')
        (grown / f"{text}.txt").touch()
        store.publish(grown, "match")
    assert {path.name for path in (tmp_path / "match").iterdir()} == {"second.txt", "summary.json"}
    assert not grown.exists()


def test_a_store_that_cannot_be_written_is_told(bucket: str) -> None:
    with pytest.raises(OutputError, match="cannot write s3://no-such-bucket/a"):
        UrlStore("s3://no-such-bucket").write("a", b"")
    assert UrlStore(bucket).read("nothing") is None

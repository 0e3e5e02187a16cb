"""The page in a real browser; `pip install playwright axe-playwright-python` and Chromium."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.conftest import encode
from tests.outputs.report.results import FRAMES, SIZE, write_results
from touchline.outputs.report import write_report

api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
DRAWN = """async () => {
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
  const drawn = document.getElementById("picture");
  const empty = Object.assign(document.createElement("canvas"), {
    width: drawn.width, height: drawn.height });
  return drawn.toDataURL() === empty.toDataURL() ? "" : drawn.toDataURL();
}"""
LOOKS_LIKE = Path(__file__).parent / "page.png"


@dataclass
class Opened:
    """A page, and what it said and asked for."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def frame(self) -> int:
        return int(self.page.evaluate("touchlineReport.clock.frame"))

    def shows(self, frame: int) -> None:
        self.page.locator(f"body[data-frame='{frame}']").wait_for(state="attached", timeout=3000)

    def drawn(self) -> str:
        """What lies over the video, as a PNG; empty where that is nothing."""
        return str(self.page.evaluate(DRAWN))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def open_page(browser: Any) -> Callable[[Path], Opened]:
    def go(path: Path) -> Opened:
        opened = Opened(browser.new_page(viewport={"width": 1280, "height": 800}))
        opened.page.on("console", lambda message: opened.said.append(message.text))
        opened.page.on("pageerror", lambda error: opened.said.append(str(error)))
        opened.page.on("request", lambda request: opened.asked.append(request.url))
        opened.page.goto(path.as_uri())
        opened.page.locator("body[data-frame]").wait_for(state="attached")
        return opened

    return go


@pytest.fixture(scope="module")
def opened(open_page: Callable[[Path], Opened], tmp_path_factory: pytest.TempPathFactory) -> Opened:
    folder = tmp_path_factory.mktemp("page")
    video = encode(folder / "match.mp4", frames=FRAMES, size=SIZE)
    write_report(write_results(folder / "results", video))
    opened = open_page(folder / "results" / "report.html")
    opened.page.locator("body[data-video=plays]").wait_for(state="attached")
    return opened


@pytest.fixture(autouse=True)
def at_the_beginning(opened: Opened) -> None:
    opened.page.evaluate("touchlineReport.choose(null)")
    opened.page.keyboard.press("Home")
    opened.shows(0)


def test_keys_step_jump_and_play(opened: Opened) -> None:
    for key, frame in ((".", 1), (".", 2), (",", 1), ("ArrowRight", 26), ("End", FRAMES - 1)):
        opened.page.keyboard.press(key)
        opened.shows(frame)
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press(" ")
    opened.page.get_by_role("button", name="Pause", exact=True).wait_for()
    opened.page.keyboard.press(" ")
    opened.page.get_by_role("button", name="Play", exact=True).wait_for()
    opened.page.keyboard.press("?")
    assert opened.page.get_by_role("dialog").is_visible()
    opened.page.keyboard.press("Escape")


def test_the_picture_that_is_shown_is_that_of_the_frame(opened: Opened) -> None:
    """Each frame of the clip has another picture; the one on screen is the one that is meant."""
    for frame in (7, 8, 33):
        opened.page.evaluate(f"touchlineReport.visit({frame})")
        opened.shows(frame)
        shown = opened.page.evaluate("document.getElementById('video').currentTime")
        assert int(shown * 25) == frame


def test_dragging_along_the_timeline_scrubs(opened: Opened) -> None:
    box = opened.page.locator("#timeline").bounding_box()
    opened.page.mouse.move(box["x"] + 5, box["y"] + 20)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20, steps=4)
    opened.page.mouse.up()
    opened.shows(opened.frame())
    assert abs(opened.frame() - FRAMES // 2) <= 1


def test_layers_are_switched_on_and_off(opened: Opened) -> None:
    before = opened.drawn()
    for name in ("Boxes", "Ids", "Ball"):
        opened.page.get_by_role("button", name=name, exact=True).click()
    assert opened.drawn() == ""
    opened.page.get_by_role("button", name="Lines", exact=True).click()
    assert opened.drawn() != ""
    for name in ("Boxes", "Ids", "Ball", "Lines"):
        opened.page.get_by_role("button", name=name, exact=True).click()
    assert opened.drawn() == before


def test_who_is_clicked_tells_of_himself(opened: Opened) -> None:
    box = opened.page.locator("#picture").bounding_box()
    x, y = box["x"] + 50 / SIZE[0] * box["width"], box["y"] + 65 / SIZE[1] * box["height"]
    opened.page.mouse.click(x, y)
    opened.page.get_by_role("heading", name="player 1").wait_for()
    assert "Detected in this frame" in opened.page.locator("#person").inner_text()
    opened.page.keyboard.press("Escape")
    assert not opened.page.locator("#person").is_visible()


def test_a_moment_worth_a_look_is_a_click_away(opened: Opened) -> None:
    opened.page.get_by_role("button", name="in doubt").click()
    opened.shows(30)


def test_nothing_is_hard_to_reach_for_those_who_do_not_see_it(opened: Opened) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is missing")
    opened.page.evaluate("touchlineReport.choose(1)")
    opened.page.get_by_role("heading", name="player 1").wait_for()
    found = axe.Axe().run(opened.page).response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


def test_the_page_looks_as_it_did(opened: Opened) -> None:
    """Shrunk until letters are grey, as fonts differ; a lane or a card that moved is seen."""
    shot = cv2.imdecode(np.frombuffer(opened.page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    small = cv2.resize(shot, (160, 100), interpolation=cv2.INTER_AREA)
    known = cv2.imread(str(LOOKS_LIKE)).astype(int)
    assert np.abs(small - known).mean() < 6


def test_a_phone_scrolls_down_and_never_sideways(opened: Opened) -> None:
    opened.page.set_viewport_size({"width": 360, "height": 740})
    across = opened.page.evaluate("document.documentElement.scrollWidth")
    opened.page.set_viewport_size({"width": 1280, "height": 800})
    assert across <= 360


def test_a_video_that_no_browser_plays_is_named_with_what_to_do(
    open_page: Callable[[Path], Opened], tmp_path: Path
) -> None:
    video = encode(tmp_path / "match.mp4", frames=4, size=SIZE, codec="mpeg4")
    write_report(write_results(tmp_path / "results", video, frames=4))
    opened = open_page(tmp_path / "results" / "report.html")
    note = opened.page.locator("#unplayed").inner_text()
    assert "Browsers do not play mpeg4" in note
    assert "ffmpeg" in note
    opened.page.keyboard.press("End")
    opened.shows(3)
    assert opened.said == []
    opened.page.close()


def test_nothing_was_fetched_and_nothing_complained(opened: Opened) -> None:
    assert opened.said == []
    assert [each for each in opened.asked if not each.startswith(("data:", "blob:"))] == [
        opened.page.url
    ]

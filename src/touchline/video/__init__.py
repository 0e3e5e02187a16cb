"""Video in, frames out: what the user gave, its frames and their times, where its shots end."""

from touchline.video.arriving import ArrivingFile
from touchline.video.images import IMAGE_SUFFIXES, natural_key
from touchline.video.info import KeyFrame, VideoInfo
from touchline.video.rate import FASTEST, Beats, rate_note
from touchline.video.reader import VideoReader, read_frames
from touchline.video.scenes import ShotDetector
from touchline.video.source import IMAGE_FPS, open_source
from touchline.video.timeline import Timeline, read_timeline
from touchline.video.transitions import LATE

__all__ = [
    "FASTEST",
    "IMAGE_FPS",
    "IMAGE_SUFFIXES",
    "LATE",
    "ArrivingFile",
    "Beats",
    "KeyFrame",
    "ShotDetector",
    "Timeline",
    "VideoInfo",
    "VideoReader",
    "natural_key",
    "open_source",
    "rate_note",
    "read_frames",
    "read_timeline",
]

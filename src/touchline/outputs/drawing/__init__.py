"""Draw a frame state on its frame: pure, one image in and another out."""

from touchline.outputs.drawing.ball import Trail
from touchline.outputs.drawing.scene import draw

__all__ = ["Trail", "draw"]

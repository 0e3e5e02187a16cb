"""Stand-ins for CLIP: colours for what is seen, and one that says what it is told."""

import numpy as np

COLOURS_RGB = {
    "football player": (220, 30, 30),
    "goalkeeper": (230, 220, 20),
    "referee": (240, 240, 240),
    "crowd": (30, 30, 220),
    "grass": (30, 160, 40),
    "black shape": (0, 0, 0),
}
"""What a crop of this mean colour is taken for."""


class Eyes:
    """A scorer that goes by mean colour, and remembers what it was shown, by question.

    Attributes:
        shown: The first text of each question, and the images of that call.
        ball: Whether a football is seen wherever one is looked for.
    """

    def __init__(self, *, ball: bool = True) -> None:
        self.shown: list[tuple[str, list[np.ndarray]]] = []
        self.ball = ball

    def __call__(self, images: list[np.ndarray], texts: list[str]) -> np.ndarray:
        self.shown.append((texts[0], [image.copy() for image in images]))
        return np.array([[self._fit(image, text) for text in texts] for image in images])

    def _fit(self, image: np.ndarray, text: str) -> float:
        mean = image.reshape(-1, 3).mean(axis=0)
        if text == "person":
            others = (colour for name, colour in COLOURS_RGB.items() if name != "grass")
            return max(-float(np.abs(mean - colour).sum()) / 10 for colour in others)
        if text in COLOURS_RGB:
            return -float(np.abs(mean - COLOURS_RGB[text]).sum()) / 10
        return float(self.ball == text.startswith(("a photo of a round", "a small soccer")))

    def crops(self, first_text: str) -> list[np.ndarray]:
        """All images of that question."""
        return [image for text, images in self.shown for image in images if text == first_text]


def pitch(width: int = 640, height: int = 480) -> np.ndarray:
    """A green image, uint8 (height, width, 3) BGR."""
    return np.full((height, width, 3), COLOURS_RGB["grass"][::-1], np.uint8)


def paint(image_bgr: np.ndarray, bbox: tuple[int, int, int, int], label: str) -> None:
    """Fill a box with the colour that is taken for ``label``."""
    x1, y1, x2, y2 = bbox
    image_bgr[y1:y2, x1:x2] = COLOURS_RGB[label][::-1]

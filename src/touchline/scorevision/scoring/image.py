"""What every part of the validator's score takes for a picture."""

import numpy as np

from touchline.arrays import Image
from touchline.errors import UsageError


def checked_image(image_bgr: Image) -> Image:
    """The image, if it is uint8 (H, W, 3) with an area.

    Raises:
        UsageError: It is not.
    """
    if image_bgr.ndim != 3 or image_bgr.shape[2] != 3 or image_bgr.dtype != np.uint8:
        raise UsageError(f"an image is uint8 (H, W, 3); got {image_bgr.dtype} {image_bgr.shape}.")
    if not image_bgr.size:
        raise UsageError(f"an image has an area; got {image_bgr.shape}.")
    return image_bgr

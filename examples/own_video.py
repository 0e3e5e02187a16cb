"""A video of one's own, frame by frame: ``python examples/own_video.py match.mp4``.

Says for each second how many people of which side are in the picture, where the ball is, and how
well the pitch is known.
"""

import sys

import touchline as tl


def line(state: tl.FrameState) -> str:
    """What one frame has, in words."""
    teams = state.objects.data.get("team")
    sides = [int((teams == side).sum()) for side in (0, 1)] if teams is not None else ["?", "?"]
    balls = state.objects.data["position"][state.objects.class_id == tl.ClassId.BALL]
    ball = "ball at {:.0f}, {:.0f} m".format(*balls[0]) if len(balls) else "no ball"
    known = state.pitch.uncertainty
    pitch = "no pitch" if state.pitch.homography is None else f"pitch to {known:.1f} m"
    return f"{state.time:6.1f} s  {sides[0]} against {sides[1]}, {ball}, {pitch}"


if __name__ == "__main__":
    said = -1.0
    for each in tl.analyze(sys.argv[1]):
        if each.time - said >= 1:
            print(line(each))
            said = each.time

import json

from tests.outputs.factory import match
from touchline.turbovision.private.writing import ActionWriter


def test_a_clip_in_which_nothing_is_sure_has_an_empty_list() -> None:
    writer = ActionWriter((1280, 720))
    assert json.loads(writer.frames()) == []
    for index in range(30):
        writer.add(match(index))
    assert len(writer) == 30
    writer.revise(lambda state: state)
    assert json.loads(writer.frames()) == []

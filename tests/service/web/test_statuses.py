import inspect

import pytest

import touchline.errors
from touchline.errors import (
    BusyError,
    InputError,
    ModelError,
    OutputError,
    RequestError,
    TouchlineError,
    UnauthenticatedError,
    VideoRefusedError,
)
from touchline.service.web.statuses import STATUSES, detail_of, headers_of, status_of

KINDS = [
    kind
    for _, kind in inspect.getmembers(touchline.errors, inspect.isclass)
    if issubclass(kind, RequestError) and kind is not RequestError
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_to_refuse_a_request_has_a_status_of_its_own(kind: type[RequestError]) -> None:
    assert kind in STATUSES


def test_the_nearest_class_decides() -> None:
    class OddNonceError(UnauthenticatedError):
        pass

    assert status_of(OddNonceError("odd")) == 401
    assert status_of(ModelError("a file is damaged")) == 500
    assert status_of(TouchlineError("something")) == 500


def test_who_is_sent_away_is_told_when_to_come_back() -> None:
    assert headers_of(BusyError("busy.", retry_after=28)) == {"Retry-After": "28"}
    assert headers_of(VideoRefusedError("no.")) == {}


def test_what_is_wrong_with_a_request_is_told_and_nothing_of_this_machine() -> None:
    assert detail_of(InputError("video: not a readable video")) == "video: not a readable video"
    for error in (OutputError("/srv/secret is full"), ModelError("/srv/secret/players.onnx")):
        assert "/srv" not in detail_of(error)

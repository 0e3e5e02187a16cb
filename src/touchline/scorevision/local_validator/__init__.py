"""A local validator: it challenges a miner and says what the answers would have earned."""

from touchline.scorevision.local_validator.earning import Contest
from touchline.scorevision.local_validator.hosting import Host, hosting
from touchline.scorevision.local_validator.key import read_key
from touchline.scorevision.local_validator.outcome import Earned, Outcome, Round
from touchline.scorevision.local_validator.reading import Stored, read_as_validator
from touchline.scorevision.local_validator.round import Caller, Offer, offering, run_round
from touchline.scorevision.local_validator.sending import (
    Miner,
    Reply,
    SentChallenge,
    ask_hotkey,
    new_challenge,
    require_miner_url,
    send,
    validators_client,
)
from touchline.scorevision.local_validator.signed import AnswerSignature, signature_of

__all__ = [
    "AnswerSignature",
    "Caller",
    "Contest",
    "Earned",
    "Host",
    "Miner",
    "Offer",
    "Outcome",
    "Reply",
    "Round",
    "SentChallenge",
    "Stored",
    "ask_hotkey",
    "hosting",
    "new_challenge",
    "offering",
    "read_as_validator",
    "read_key",
    "require_miner_url",
    "run_round",
    "send",
    "signature_of",
    "validators_client",
]

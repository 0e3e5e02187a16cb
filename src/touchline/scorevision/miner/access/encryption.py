"""The encrypted variant of the protocol: RSA hands over a key, Fernet uses it.

Keys live in memory. After a restart the RSA key is another and no symmetric key is known: a client
is told so (400) and hands over a new one.
"""

import base64
import binascii
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from touchline.errors import MalformedError, UnauthenticatedError

LIFETIME = 5 * 3600.0
"""Seconds that a symmetric key is known."""
PER_VALIDATOR = 16
IN_ALL = 1024
"""Keys that are kept; the oldest goes first."""
KEY_BYTES = 32
LONGEST_UUID = 128

_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), label=None)
_Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Key:
    fernet: Fernet
    made: float


class KeyExchange:
    """The symmetric keys that validators handed over.

    Args:
        clock: Seconds, always growing.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._keys: OrderedDict[_Pair, _Key] = OrderedDict()
        self._clock = clock

    @property
    def public_key_pem(self) -> str:
        """The key to encrypt a symmetric key with: PEM, SubjectPublicKeyInfo."""
        public = self._private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def exchange(self, validator: str, uuid: str, encrypted: str) -> None:
        """Keep a key that was handed over.

        Args:
            validator: Hotkey of whose it is.
            uuid: What they call it.
            encrypted: Base64 of its 32 bytes under RSA-OAEP (MGF1-SHA256, SHA-256, no label).

        Raises:
            UnauthenticatedError: It cannot be decrypted, or is no such key.
            MalformedError: The name is too long.
        """
        if len(uuid) > LONGEST_UUID:
            raise MalformedError(f"symmetric-key-uuid has at most {LONGEST_UUID} characters.")
        try:
            key = self._private.decrypt(base64.b64decode(encrypted, validate=True), _OAEP)
        except (ValueError, binascii.Error):
            raise UnauthenticatedError("the symmetric key cannot be decrypted.") from None
        if len(key) != KEY_BYTES:
            raise UnauthenticatedError(f"a symmetric key has {KEY_BYTES} bytes.")
        self._keep((validator, uuid), Fernet(base64.urlsafe_b64encode(key)))

    def decrypt(self, validator: str, uuid: str, token: bytes) -> bytes:
        """What a Fernet token holds.

        Raises:
            MalformedError: No such key is known.
            UnauthenticatedError: The token is not of this key.
        """
        try:
            return self._fernet(validator, uuid).decrypt(token)
        except InvalidToken:
            raise UnauthenticatedError("the body cannot be decrypted.") from None

    def sealer(self, validator: str, uuid: str) -> Callable[[bytes], bytes]:
        """What makes a Fernet token of a body; it goes on when the key is forgotten meanwhile.

        Raises:
            MalformedError: No such key is known.
        """
        return self._fernet(validator, uuid).encrypt

    def _fernet(self, validator: str, uuid: str) -> Fernet:
        key = self._keys.get((validator, uuid))
        if key is None or self._clock() - key.made > LIFETIME:
            raise MalformedError("No symmetric key found for that hotkey and uuid")
        return key.fernet

    def _keep(self, pair: _Pair, fernet: Fernet) -> None:
        self._keys.pop(pair, None)
        theirs = [each for each in self._keys if each[0] == pair[0]]
        if len(theirs) >= PER_VALIDATOR:
            del self._keys[theirs[0]]
        if len(self._keys) >= IN_ALL:
            self._keys.popitem(last=False)
        self._keys[pair] = _Key(fernet, self._clock())

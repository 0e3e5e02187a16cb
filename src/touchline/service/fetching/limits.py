"""The limits of a download."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a download may take before it is refused or given up.

    Attributes:
        seconds: For all tries and the pauses between them.
        connect: Seconds for one look-up of a name, for one connection, for one TLS handshake.
        read: Seconds that a host may be silent.
        bytes: Largest video.
        free: Bytes of the disk that stay free.
        allow_private: Whether the host may be at an address that is not public.
        tries: How often a video is requested, the first time included.
    """

    seconds: float
    connect: float
    read: float
    bytes: int
    free: int
    allow_private: bool
    tries: int = 3

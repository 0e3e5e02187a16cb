"""Ports for who opens them a moment later: a service, a chain that comes back, nobody at all."""

import random
import socket

OURS = range(20_000, 32_000)
"""Below those that systems hand out, so that no other test is given one between two uses of it."""
_chance = random.SystemRandom()  # another draw in each process, whatever seeds a test sets


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens."""
    while True:
        port = _chance.choice(OURS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port

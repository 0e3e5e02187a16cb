"""SCALE, the chain's binary encoding, as far as a made chain needs it; all little-endian."""


def number(value, size):
    return value.to_bytes(size, "little")


def compact(value):
    """A number in as many bytes as it needs; the two lowest bits say how many."""
    if value < 1 << 6:
        return number(value << 2, 1)
    if value < 1 << 14:
        return number(value << 2 | 1, 2)
    if value < 1 << 30:
        return number(value << 2 | 2, 4)
    size = max(4, (value.bit_length() + 7) // 8)
    return number((size - 4) << 2 | 3, 1) + number(value, size)


def vector(items):
    items = list(items)
    return compact(len(items)) + b"".join(items)


def blob(data):
    return compact(len(data)) + data


def text(value):
    return blob(value.encode())


def option(value):
    return b"\0" if value is None else b"\1" + value


def flag(value):
    return b"\1" if value else b"\0"

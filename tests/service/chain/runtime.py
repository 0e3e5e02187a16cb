"""A chain's description of itself (metadata, version 15), made by hand.

It has what a miner asks for and no more: two calls, one event of success and one of failure, two
lists of errors, what is committed, and the metagraph with the fields that are read. The layout is
frame-metadata's.
"""

from tests.service.chain.scale import blob, compact, number, option, text, vector

PRIMITIVES = {"bool": 0, "u8": 3, "u16": 4, "u32": 5, "u64": 6, "u128": 7}
NO_DOCS = vector([])

SUBTENSOR = 7
"""Index of the pallet SubtensorModule."""
SERVE_AXON = 4
"""Index of its call serve_axon."""
ERRORS = {
    "InvalidIpType": 1,
    "InvalidIpAddress": 2,
    "InvalidPort": 3,
    "HotKeyNotRegisteredInSubNet": 4,
    "HotKeyNotRegisteredInNetwork": 6,
    "ServingRateLimitExceeded": 31,
    "ANewError": 99,
}
"""Errors of the pallet, by their index."""
COMMITMENTS = 18
"""Index of the pallet Commitments; its call set_commitment has 0."""
REFUSALS = {"AccountNotAllowedCommit": 1, "SpaceLimitExceeded": 2}
"""Errors of that pallet, by their index."""


class Types:
    """The registry: a type is described once, and named by its number from then on."""

    def __init__(self):
        self._described = []

    def _add(self, definition, path=()):
        parts = (vector(map(text, path)), vector([]), definition, NO_DOCS)
        self._described.append(b"".join(parts))
        return len(self._described) - 1

    def composite(self, path, **fields):
        return self._add(b"\0" + _fields(fields), path)

    def wrapper(self, path, inner):
        field = option(None) + compact(inner) + option(None) + NO_DOCS
        return self._add(b"\0" + vector([field]), path)

    def variant(self, path, **variants):
        """An enum: to each name its index and what it holds, by name or a single type or None."""
        return self._add(b"\1" + vector(_variant(name, *v) for name, v in variants.items()), path)

    def sequence(self, inner):
        return self._add(b"\2" + compact(inner))

    def array(self, length, inner):
        return self._add(b"\3" + number(length, 4) + compact(inner))

    def unit(self):
        return self.tuple()

    def tuple(self, *parts):
        return self._add(b"\4" + vector(map(compact, parts)))

    def primitive(self, name):
        return self._add(b"\5" + number(PRIMITIVES[name], 1))

    def compact(self, inner):
        return self._add(b"\6" + compact(inner))

    def encode(self):
        return vector(compact(index) + body for index, body in enumerate(self._described))


def _fields(fields):
    return vector(
        option(text(name)) + compact(kind) + option(None) + NO_DOCS for name, kind in fields.items()
    )


def _variant(name, index, holds=None):
    if holds is None:
        fields = vector([])
    elif isinstance(holds, dict):
        fields = _fields(holds)
    else:
        fields = vector([option(None) + compact(holds) + option(None) + NO_DOCS])
    return text(name) + fields + number(index, 1) + NO_DOCS


def metadata():
    """The whole description, as a node gives it."""
    types = Types()
    unit = types.unit()
    plain = {name: types.primitive(name) for name in PRIMITIVES}
    key = types.array(32, plain["u8"])
    account = types.wrapper(("sp_core", "crypto", "AccountId32"), key)
    call = _call(types, plain)
    event = _event(types, plain)
    error = types.variant(
        ("pallet_subtensor", "pallet", "Error"), **{name: (i,) for name, i in ERRORS.items()}
    )
    commit, refusal, opened = _commitments(types, plain, account)
    calls = types.variant(
        ("node", "RuntimeCall"),
        SubtensorModule=(SUBTENSOR, call),
        Commitments=(COMMITMENTS, commit),
    )
    events = types.variant(("node", "RuntimeEvent"), System=(0, event))
    errors = types.variant(
        ("node", "RuntimeError"),
        SubtensorModule=(SUBTENSOR, error),
        Commitments=(COMMITMENTS, refusal),
    )
    records = types.sequence(_record(types, plain, events, key))
    graph = _graph(types, plain, account)
    perhaps = types.variant(("Option",), **{"None": (0,), "Some": (1, graph)})
    symbol = (plain["u16"], types.sequence(plain["u8"]))
    signature = types.variant(
        ("sp_runtime", "MultiSignature"), Sr25519=(1, types.array(64, plain["u8"]))
    )
    body = b"".join(
        (
            types.encode(),
            vector(
                [
                    _system(event, records),
                    _subtensor(symbol, call, error),
                    _pallet("Commitments", COMMITMENTS, storage=opened, call=commit, error=refusal),
                ]
            ),
            # How a call is signed: version, types of its parts, no extensions.
            number(4, 1) + b"".join(map(compact, (account, calls, signature, unit))) + vector([]),
            compact(unit),
            vector([_api(plain["u16"], perhaps)]),
            b"".join(map(compact, (calls, events, errors))),
            vector([]),
        )
    )
    return b"meta" + number(15, 1) + body


def _call(types, plain):
    arguments = {
        "netuid": plain["u16"],
        "version": plain["u32"],
        "ip": plain["u128"],
        "port": plain["u16"],
        "ip_type": plain["u8"],
        "protocol": plain["u8"],
        "placeholder1": plain["u8"],
        "placeholder2": plain["u8"],
    }
    return types.variant(("pallet_subtensor", "pallet", "Call"), serve_axon=(SERVE_AXON, arguments))


def _commitments(types, plain, account):
    """The call, the errors, and the map of what was opened, by subnet and hotkey."""
    data = types.sequence(plain["u8"])
    sealed = {"encrypted": data, "reveal_round": plain["u64"]}
    field = types.variant(
        ("pallet_commitments", "types", "Data"), **{"None": (0,)}, TimelockEncrypted=(134, sealed)
    )
    info = types.composite(
        ("pallet_commitments", "types", "CommitmentInfo"), fields=types.sequence(field)
    )
    call = types.variant(
        ("pallet_commitments", "pallet", "Call"),
        set_commitment=(0, {"netuid": plain["u16"], "info": info}),
    )
    refusal = types.variant(
        ("pallet_commitments", "pallet", "Error"), **{name: (i,) for name, i in REFUSALS.items()}
    )
    whose = types.tuple(plain["u16"], account)
    opened = types.sequence(types.tuple(data, plain["u64"]))
    hashed = vector([number(6, 1), number(5, 1)])  # the number as it is, Twox64 beside the key
    kinds = compact(whose) + compact(opened)
    stored = text("RevealedCommitments") + b"\0" + b"\1" + hashed + kinds + blob(b"\0") + NO_DOCS
    return call, refusal, option(text("Commitments") + vector([stored]))


def _event(types, plain):
    weight = types.composite(
        ("sp_weights", "weight_v2", "Weight"),
        ref_time=types.compact(plain["u64"]),
        proof_size=types.compact(plain["u64"]),
    )
    info = types.composite(
        ("frame_support", "dispatch", "DispatchInfo"),
        weight=weight,
        **{"class": types.variant(("DispatchClass",), Normal=(0,))},
        pays_fee=types.variant(("Pays",), Yes=(0,), No=(1,)),
    )
    module = types.composite(
        ("sp_runtime", "ModuleError"), index=plain["u8"], error=types.array(4, plain["u8"])
    )
    failure = types.variant(("sp_runtime", "DispatchError"), BadOrigin=(2,), Module=(3, module))
    return types.variant(
        ("frame_system", "pallet", "Event"),
        ExtrinsicSuccess=(0, {"dispatch_info": info}),
        ExtrinsicFailed=(1, {"dispatch_error": failure, "dispatch_info": info}),
    )


def _record(types, plain, events, key):
    phase = types.variant(("frame_system", "Phase"), ApplyExtrinsic=(0, plain["u32"]))
    topics = types.sequence(types.wrapper(("primitive_types", "H256"), key))
    return types.composite(
        ("frame_system", "EventRecord"), phase=phase, event=events, topics=topics
    )


def _graph(types, plain, account):
    short, long = types.compact(plain["u16"]), types.compact(plain["u64"])
    axon = types.composite(
        ("pallet_subtensor", "AxonInfo"),
        block=plain["u64"],
        version=plain["u32"],
        ip=plain["u128"],
        port=plain["u16"],
        ip_type=plain["u8"],
        protocol=plain["u8"],
        placeholder1=plain["u8"],
        placeholder2=plain["u8"],
    )
    accounts, flags = types.sequence(account), types.sequence(plain["bool"])
    amounts, shares = types.sequence(long), types.sequence(short)
    return types.composite(
        ("pallet_subtensor", "rpc_info", "metagraph", "Metagraph"),
        netuid=short,
        network_registered_at=long,
        owner_hotkey=account,
        owner_coldkey=account,
        block=long,
        tempo=short,
        last_step=long,
        blocks_since_last_step=long,
        num_uids=short,
        hotkeys=accounts,
        coldkeys=accounts,
        axons=types.sequence(axon),
        active=flags,
        validator_permit=flags,
        trust=shares,
        rank=shares,
        alpha_stake=amounts,
        tao_stake=amounts,
        total_stake=amounts,
    )


def _system(event, records):
    stored = text("Events") + b"\1" + b"\0" + compact(records) + blob(b"\0") + NO_DOCS
    storage = option(text("System") + vector([stored]))
    return _pallet("System", 0, storage=storage, event=event)


def _subtensor(symbol, call, error):
    """The map of token symbols is looked through by the client whenever it connects."""
    identity = vector([number(6, 1)])
    kinds = b"".join(map(compact, symbol))
    stored = text("TokenSymbol") + b"\1" + b"\1" + identity + kinds + blob(b"\0") + NO_DOCS
    storage = option(text("SubtensorModule") + vector([stored]))
    return _pallet("SubtensorModule", SUBTENSOR, storage=storage, call=call, error=error)


def _pallet(name, index, *, storage=None, call=None, event=None, error=None):
    kinds = [option(None if kind is None else compact(kind)) for kind in (call, event, error)]
    constants = vector([])
    return b"".join(
        (
            text(name),
            storage or option(None),
            kinds[0],
            kinds[1],
            constants,
            kinds[2],
            number(index, 1),
            NO_DOCS,
        )
    )


def _api(netuid, graph):
    asked = text("netuid") + compact(netuid)
    method = text("get_metagraph") + vector([asked]) + compact(graph) + NO_DOCS
    return text("SubnetInfoRuntimeApi") + vector([method]) + NO_DOCS

"""Score Vision, Bittensor subnet 44, by its first protocol: what it pays, and a miner for it.

``scoring`` is the validator's score, bug for bug, ``report`` says why it is what it is; ``miner``
answers challenges, ``local_validator`` sends them, ``chain`` tells who is who, ``doctor`` finds
what keeps a miner from answering. Another protocol would be another room beside this one.
"""

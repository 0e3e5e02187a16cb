"""Who may ask: signatures, nonces, stake; and the keys of the encrypted variant."""

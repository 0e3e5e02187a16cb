"""Which requests are admitted: nonces, stake, signatures; and the keys of the encrypted variant."""

"""Every number in the README has a script here."""

"""The subnet as it is today: what its validators pay. The first protocol is ``scorevision``."""

"""A Score Vision (Bittensor subnet 44) miner around the pipeline; start with ``app.py``."""

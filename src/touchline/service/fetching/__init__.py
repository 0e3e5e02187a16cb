"""The video of a challenge, from where a stranger says it is; start with ``download.py``."""

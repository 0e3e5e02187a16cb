"""The processes that analyse videos; ``crew.py`` is the side of the service."""

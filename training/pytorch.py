"""PyTorch: what training needs to run, but not to say how it is run."""

from importlib.util import find_spec


def require_pytorch() -> None:
    """End the program with one line and exit code 1 where PyTorch is not installed.

    Raises:
        SystemExit: It is not.
    """
    if find_spec("torch") is None:
        raise SystemExit("this needs PyTorch, which is not installed: `make training` brings it.")

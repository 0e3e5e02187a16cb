"""ONNX files of others under ONNX Runtime: whatever their inputs and outputs are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from touchline.arrays import AnyArray
from touchline.inference.choices import Device, Runtime
from touchline.inference.engine import run_error
from touchline.inference.loading import on_first_device


@dataclass(frozen=True, slots=True)
class Port:
    """An input or an output.

    Attributes:
        name: Its name.
        kind: Type of its elements, such as ``float``.
        shape: None where any size is taken.
    """

    name: str
    kind: str
    shape: tuple[int | None, ...]


class ForeignNetwork:
    """A network as its maker exported it; threads may share it.

    Attributes:
        inputs: What it takes.
        outputs: What it gives.
        device: Such as ``onnxruntime:cpu``.

    Raises:
        ModelError: The file is no ONNX network, or the device is not there.
    """

    def __init__(self, path: Path, **runtime: Unpack[Runtime]) -> None:
        from touchline.inference.onnx_runtime import open_session  # half a second, for who needs it

        def opened(device: Device) -> tuple[Any, Device]:
            session = open_session(
                path,
                device,
                threads=runtime.get("threads"),
                precision=runtime.get("precision", "auto"),
                cache=runtime.get("cache"),
            )
            return session, device

        wanted = runtime.get("device", "auto")
        self._name = path.stem
        self._session, device = on_first_device(opened) if wanted == "auto" else opened(wanted)
        self.device = f"onnxruntime:{device}"
        self.inputs = [port_of(node) for node in self._session.get_inputs()]
        self.outputs = [port_of(node) for node in self._session.get_outputs()]

    def run(self, feeds: Mapping[str, AnyArray]) -> list[AnyArray]:
        """What comes out, in the order of ``outputs``.

        Raises:
            ModelError: It cannot compute that.
        """
        try:
            results: list[AnyArray] = self._session.run(None, dict(feeds))
        except Exception as error:  # its exceptions share no base but this
            raise run_error(self._name, self.device, error) from error
        return results


def port_of(node: Any) -> Port:
    """An input or an output of a session of ONNX Runtime."""
    kind = node.type.removeprefix("tensor(").removesuffix(")")
    return Port(node.name, kind, tuple(n if isinstance(n, int) else None for n in node.shape))

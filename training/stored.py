"""Weights from ONNX files into PyTorch: official ones and our own exports.

What is stored has its batch normalisation folded into the convolutions; to train on it is put back.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training.stem import parted
from training.yolox import Unit

COCO_CLASSES = 80
COCO_ROWS = (32, 0, 0, 0)
"""Where ball, goalkeeper, player and referee start from: COCO's sports ball and person."""
EXPORTED = "detector."
"""What the names of all weights begin with in a detector that we exported."""
FOCUS_CHANNELS = 12
"""Channels of the sorted pixels that the first convolution takes."""


def load_coco(model: nn.Module, onnx_path: Path) -> None:
    """Give `model` (a backbone or a detector) the COCO weights of an official YOLOX-nano file.

    Its convolutions, with normalisation folded in, are taken in execution order; a backbone uses
    the leading ones. Four classes start from COCO_ROWS. Raises ValueError if a shape differs.
    """
    pairs = zip(_convolutions(model), _stored_convolutions(onnx_path), strict=False)
    with torch.no_grad():
        for (conv, norm), (weight, bias) in pairs:
            _assign(conv, norm, *_class_rows(weight, bias, conv.out_channels))


def load_exported(model: nn.Module, onnx_path: Path) -> None:
    """Give `model` the weights of a detector that `training.detector.export` wrote.

    They are found by name, so the order of the layers says nothing, and the stem, which the export
    merged into one convolution of pixels, is sorted again. Raises ValueError where the file has
    not all of the convolutions, or one of another shape.
    """
    stored = {weight: pair for weight, *pair in _named_convolutions(onnx_path)}
    with torch.no_grad():
        for name, (conv, norm) in zip(_names(model), _convolutions(model), strict=True):
            if name not in stored:
                raise ValueError(f"{onnx_path} has no {name}: it is no export of ours.")
            weight, bias = stored[name]
            if conv.in_channels == FOCUS_CHANNELS and weight.shape[-1] == 2 * conv.kernel_size[0]:
                weight = torch.from_numpy(parted(weight.numpy()))
            _assign(conv, norm, weight, bias)


def is_exported(onnx_path: Path) -> bool:
    """Whether the layers of a file bear the names that our exports give them."""
    names = (tensor.name for tensor in onnx.load(str(onnx_path)).graph.initializer)
    return any(name.startswith(EXPORTED) for name in names)


def _names(model: nn.Module) -> Iterator[str]:
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv2d):
            yield f"{EXPORTED}{name}.weight"


def _stored_convolutions(path: Path) -> Iterator[tuple[Tensor, Tensor]]:
    for _, weight, bias in _named_convolutions(path):
        yield weight, bias


def _named_convolutions(path: Path) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Name of the weight, weight and bias of each convolution in order of execution."""
    graph = onnx.load(str(path)).graph
    arrays = {t.name: numpy_helper.to_array(t).copy() for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in arrays:  # equal ones are stored once
            arrays[node.output[0]] = arrays[node.input[0]]
        elif node.op_type == "Conv":
            weight, bias = (torch.from_numpy(arrays[name]) for name in node.input[1:3])
            yield node.input[1], weight, bias


def _convolutions(model: nn.Module) -> Iterator[tuple[nn.Conv2d, nn.BatchNorm2d | None]]:
    """Every convolution in order of registration, with the normalisation after it if any."""
    units = {id(unit.conv): unit.norm for unit in model.modules() if isinstance(unit, Unit)}
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            norm = units.get(id(module))
            yield module, norm if isinstance(norm, nn.BatchNorm2d) else None


def _class_rows(weight: Tensor, bias: Tensor, outputs: int) -> tuple[Tensor, Tensor]:
    if weight.shape[0] == COCO_CLASSES and outputs == len(COCO_ROWS):
        rows = list(COCO_ROWS)
        return weight[rows], bias[rows]
    return weight, bias


def _assign(conv: nn.Conv2d, norm: nn.BatchNorm2d | None, weight: Tensor, bias: Tensor) -> None:
    if conv.weight.shape != weight.shape:
        stored, ours = tuple(weight.shape), tuple(conv.weight.shape)
        raise ValueError(f"A stored convolution has shape {stored}, the model needs {ours}.")
    conv.weight.copy_(weight)
    if norm is not None:
        norm.reset_running_stats()
        norm.weight.fill_((1 + norm.eps) ** 0.5)  # neither scales nor centres yet
        norm.bias.copy_(bias)
    elif conv.bias is not None:
        conv.bias.copy_(bias)


def restore_batchnorm(model: nn.Module, batches: Iterable[Tensor]) -> None:
    """Undo the folding of the batch normalisation in a model that `load_coco` filled.

    Mean and variance of every unit are measured in one pass over `batches` (float BGR 0-255,
    (N, 3, H, W), all of one N); scale and offset are set so that the model computes the same.
    """
    norms = [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]
    moments: dict[nn.Module, list[Tensor]] = {norm: [] for norm in norms}

    def measure(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        values = inputs[0].double()
        moments[norm].append(torch.stack([values.mean((0, 2, 3)), (values**2).mean((0, 2, 3))]))

    hooks = [norm.register_forward_pre_hook(measure) for norm in norms]
    model.eval()
    with torch.no_grad():
        for images in batches:
            model(images)
        for norm, hook in zip(norms, hooks, strict=True):
            hook.remove()
            mean, square = torch.stack(moments[norm]).mean(0)
            _set_statistics(norm, mean=mean.float(), var=(square - mean**2).clamp(min=0).float())


def _set_statistics(norm: nn.BatchNorm2d, *, mean: Tensor, var: Tensor) -> None:
    """Write the offset that `norm` adds, as load_coco left it, through these statistics."""
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(var)
    norm.weight.copy_((var + norm.eps).sqrt())
    norm.bias.add_(mean)


def fold_batchnorm(model: nn.Module) -> None:
    """Fold every batch normalisation into the convolution before it, for inference."""
    for unit in model.modules():
        if isinstance(unit, Unit) and isinstance(unit.norm, nn.BatchNorm2d):
            unit.conv = torch.nn.utils.fusion.fuse_conv_bn_eval(unit.conv.eval(), unit.norm.eval())
            unit.norm = nn.Identity()

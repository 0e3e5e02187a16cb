"""True files: written by ``torch.save`` and by safetensors, then damaged."""

import io
import json
import pickle
import zipfile
from collections import OrderedDict
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from touchline.errors import ModelError
from touchline.verification.clip.checkpoint import read_checkpoint

torch = pytest.importorskip("torch")


def tensors():
    generator = torch.Generator().manual_seed(0)
    wide = torch.randn(4, 6, generator=generator)
    return OrderedDict(
        whole=wide,
        turned=wide.T,  # the published projections are stored so
        part=wide[1:3, ::2],
        half=wide.half(),
        double=wide.double(),
        numbers=torch.arange(5),
        scalar=torch.tensor(2.6592),
        nothing=torch.zeros(0, 3),
    )


@pytest.fixture
def path(tmp_path):
    torch.save(tensors(), tmp_path / "weights.bin")
    return tmp_path / "weights.bin"


def rewritten(path, *, change=None, drop=(), compression=zipfile.ZIP_STORED):
    """The same zip with entries changed, dropped or packed."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in entries.items():
            short = name.partition("/")[2]
            if short not in drop:
                archive.writestr(name, (change or {}).get(short, content))
    return path


def same(found, wanted):
    assert found.keys() == wanted.keys()
    for name, array in found.items():
        np.testing.assert_array_equal(array, wanted[name].numpy())
        assert array.dtype == wanted[name].numpy().dtype
        assert not array.flags.writeable


def test_tensors_of_torch_save_are_read_as_they_were(path):
    same(read_checkpoint(path), tensors())


def test_a_state_dict_of_a_module_is_read(tmp_path):
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
    torch.save(module.state_dict(), tmp_path / "weights.bin")
    same(read_checkpoint(tmp_path / "weights.bin"), module.state_dict())


def test_tensors_of_safetensors_are_read_as_they_were(tmp_path):
    safetensors = pytest.importorskip("safetensors.torch")
    wanted = {name: each.contiguous() for name, each in tensors().items()}
    safetensors.save_file(wanted, tmp_path / "w.safetensors", metadata={"format": "pt"})
    same(read_checkpoint(tmp_path / "w.safetensors"), wanted)


class Evil:
    def __init__(self, call, *arguments):
        self._call = call, arguments

    def __reduce__(self):
        return self._call


@pytest.mark.parametrize(
    ("evil", "named"),
    [
        (Evil(eval, "1/0"), "eval"),
        (Evil(getattr, 1, "real"), "getattr"),
        (Evil(np.load, "x"), "numpy"),
        (Evil(torch.load, "x"), "torch"),
    ],
)
def test_a_pickle_that_calls_something_is_refused_and_not_run(path, evil, named):
    rewritten(path, change={"data.pkl": pickle.dumps({"whole": evil}, protocol=2)})
    with pytest.raises(ModelError, match=f"asks for .*{named}.*, which no tensor needs"):
        read_checkpoint(path)


def described(shape=(4, 6), strides=(6, 1), offset=0, key="0", count=24, kind="FloatStorage"):
    """A pickle that describes one tensor of storage 0 of ``path``, rightly or not."""

    class Pickler(pickle.Pickler):
        def persistent_id(self, each):
            storage = ("storage", getattr(torch, kind), key, "cpu", count)
            return storage if each is Pickler else None

    file = io.BytesIO()
    rebuild = torch._utils._rebuild_tensor_v2
    tensor = Evil(rebuild, Pickler, offset, shape, strides, False, OrderedDict())
    Pickler(file, protocol=2).dump({"whole": tensor})
    return file.getvalue()


def test_a_pickle_written_by_hand_is_read(path):
    rewritten(path, change={"data.pkl": described()})
    np.testing.assert_array_equal(read_checkpoint(path)["whole"], tensors()["whole"].numpy())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"shape": (5, 6)}, "larger than its storage"),
        ({"shape": (1000, 1000), "strides": (0, 0)}, "larger than its storage"),
        ({"shape": (-4, -6)}, "larger than its storage"),
        ({"strides": (6, -1)}, "larger than its storage"),
        ({"offset": 1}, "beyond its storage"),
        ({"offset": -1}, "larger than its storage"),
        ({"shape": (2, 2), "strides": (24, 1)}, "beyond its storage"),
        ({"count": 25}, "not 25 plain numbers"),
        ({"count": 10**12}, "plain numbers"),
        ({"kind": "DoubleStorage"}, "not 24 plain numbers"),
        ({"kind": "BFloat16Storage"}, "BFloat16Storage"),
        ({"key": "99"}, "no item named"),
        ({"shape": (4, 6, 1)}, "argument"),
    ],
)
def test_a_tensor_that_its_storage_does_not_hold_is_refused(path, wrong, said):
    rewritten(path, change={"data.pkl": described(**wrong)})
    with pytest.raises(ModelError, match=said):
        read_checkpoint(path)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_a_model_error(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ModelError, match="cannot be read as weights"):
        read_checkpoint(path)


@pytest.mark.parametrize("drop", ["data.pkl", "data/0"])
def test_a_file_without_an_entry_is_a_model_error(path, drop):
    with pytest.raises(ModelError, match="cannot be read as weights"):
        read_checkpoint(rewritten(path, drop=[drop]))


def test_packed_entries_are_refused(path):
    with pytest.raises(ModelError, match="plain numbers"):
        read_checkpoint(rewritten(path, compression=zipfile.ZIP_DEFLATED))


def test_numbers_of_the_other_byte_order_are_refused(path):
    with pytest.raises(ModelError, match="not little-endian"):
        read_checkpoint(rewritten(path, change={"byteorder": b"big"}))


def test_the_old_format_of_torch_is_a_model_error(tmp_path):
    torch.save(tensors(), tmp_path / "old.bin", _use_new_zipfile_serialization=False)
    with pytest.raises(ModelError, match="cannot be read as weights"):
        read_checkpoint(tmp_path / "old.bin")


@pytest.mark.parametrize(
    "entry",
    [
        {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]},
        {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]},
        {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]},
        {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]},
        {"dtype": "F32", "shape": [-1, -1], "data_offsets": [0, 4]},
        {"dtype": "BF16", "shape": [4], "data_offsets": [0, 8]},
        {"dtype": "F32", "shape": [2]},
        7,
    ],
)
def test_safetensors_that_do_not_fit_their_header_are_a_model_error(tmp_path, entry):
    header = json.dumps({"a": entry}).encode()
    path = tmp_path / "w.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(8))
    with pytest.raises(ModelError, match="cannot be read as weights"):
        read_checkpoint(path)


def test_a_missing_file_is_a_model_error(tmp_path):
    with pytest.raises(ModelError, match="cannot be read as weights"):
        read_checkpoint(tmp_path / "absent.bin")


@settings(deadline=None, max_examples=150)
@given(at=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_a_file_with_a_wrong_byte_is_read_or_refused(tmp_path_factory, at, byte):
    path = tmp_path_factory.mktemp("bytes") / "weights.bin"
    torch.save({"a": torch.ones(3, 2)}, path)
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] = byte
    path.write_bytes(content)
    with suppress(ModelError):
        for array in read_checkpoint(path).values():
            assert np.isfinite(array).size == array.size

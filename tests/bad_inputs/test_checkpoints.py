"""Checkpoints that cannot be used, and every tool that reads one."""

import gzip
import io
import json
import pickle
import struct
import tarfile
import zipfile

import cv2
import numpy as np
import pytest
import torch
from quick import first_quick

from res2net_mm.backbones import Res2Net

CONFIG = """
model = dict(type='mmdet.RetinaNet', backbone=dict(type='res2net_mm.Res2Net', preset='{}'))
test_dataloader = dict(dataset=dict(type='Drawn', pipeline=[]))
train_dataloader = dict(dataset=dict(type='Drawn'))
optim_wrapper = dict(type='OptimWrapper')
train_cfg = dict(by_epoch=True)
"""
LIGHT = 'res2net_light_26w_4s'
# What a tool is given, with the checkpoint in the place of FILE.
TOOLS = {
    'convert_checkpoint': ('FILE', 'out.pth', '--to', 'timm'),
    'receptive_field': (LIGHT, '--weights', 'FILE'),
    'test': ('config.py', 'FILE'),
    'cam': ('config.py', 'FILE', 'image.png'),
    'train': ('config.py', '--resume', 'FILE'),
}
LFS = (
    b'version https://git-lfs.github.com/spec/v1\n'
    b'oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n'
    b'size 98765432\n'
)


def torch_bytes(content, **options) -> bytes:
    file = io.BytesIO()
    torch.save(content, file, **options)
    return file.getvalue()


def zip_bytes(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w') as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tar_bytes() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode='w') as archive:
        archive.addfile(tarfile.TarInfo('weights.pth'))
    return file.getvalue()


def safetensors(header, data: bytes = b'', *, length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack('<Q', len(text) if length is None else length) + text + data


def entry(**changes) -> dict:
    return {'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8], **changes}}


def flipped(content: bytes, tensor: torch.Tensor) -> bytes:
    """Return a file with one bit of a tensor changed."""
    place = content.index(tensor.numpy().tobytes()) + 21
    return content[:place] + bytes([content[place] ^ 64]) + content[place + 1 :]


def knot() -> bytes:
    content = {}
    content['state_dict'] = content
    return torch_bytes(content)


def with_metadata(metadata) -> bytes:
    state = Res2Net(preset=LIGHT).state_dict()
    state._metadata = metadata
    return torch_bytes(state)


STATE = dict(weight=torch.rand(10, 10))
WHOLE = torch_bytes(STATE)
LEGACY = torch_bytes(STATE, _use_new_zipfile_serialization=False)

# content of the file, words of the message
FILES = {
    'empty': (b'', 'empty'),
    'one byte': (b'P', 'damaged'),
    'zeros, as a disk that lost power leaves': (bytes(4096), 'zeros'),
    'git-lfs pointer': (LFS, 'Git LFS'),
    'page of an error': (b'<!DOCTYPE html><html>404</html>', 'HTML'),
    'page with space before it': (b'\n\n  <html><head>', 'HTML'),
    'page of XML': (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', 'XML'),
    'JSON': (b'{"state_dict": {}}', 'damaged'),
    'text': ('weights \u00fc'.encode(), 'damaged'),
    'UTF-16': ('weights'.encode('utf-16'), 'damaged'),
    'image': (b'\x89PNG\r\n\x1a\n' + bytes(30), 'an image'),
    'archive, gzip': (gzip.compress(WHOLE), 'unpack'),
    'archive, tar': (tar_bytes(), 'unpack'),
    'archive, zip of files': (zip_bytes(**{'weights.pth': WHOLE}), 'PyTorch'),
    'archive, empty zip': (zip_bytes(), 'PyTorch'),
    'zip with a path out of it': (zip_bytes(**{'../../evil/data.pkl': b'x'}), 'damaged'),
    'TorchScript': (zip_bytes(**{'m/code/x.py': b'', 'm/constants.pkl': b''}), 'TorchScript'),
    'cut short by one byte': (WHOLE[:-1], 'damaged or cut short'),
    'cut short in the middle': (WHOLE[: len(WHOLE) // 2], 'damaged or cut short'),
    'cut short, legacy': (LEGACY[:-50], 'damaged or cut short'),
    'byte changed in a tensor': (flipped(WHOLE, STATE['weight']), 'checksum'),
    'begun anew in the middle': (WHOLE[len(WHOLE) // 2 :], 'damaged'),
    'byte changed in the pickle': (WHOLE.replace(b'torch._utils', b'torch._utile'), ''),
    'tensor alone': (torch_bytes(torch.rand(2)), 'Tensor'),
    'list': (torch_bytes([torch.rand(2)]), 'list'),
    'number': (torch_bytes(3), 'int'),
    'nothing': (torch_bytes(None), 'NoneType'),
    'whole model, pickled': (torch_bytes(Res2Net(preset=LIGHT)), 'refused'),
    'plain pickle of a list': (pickle.dumps([1, 2]), 'list'),
    'plain pickle, cut short': (pickle.dumps({'a': np.ones(99)})[:-40], 'damaged'),
    'plain pickle, protocol 0': (pickle.dumps({'a': 1}, 0), 'damaged'),
    'pickle of a deep nest': (b'\x80\x02' + b']' * 100_000 + b'a' * 99_999 + b'.', ''),
    'safetensors, no header': (safetensors(b'{', length=1), 'damaged'),
    'safetensors, header cut short': (safetensors(b'{"a":', length=10_000), 'damaged'),
    'safetensors, header a list': (safetensors(b'{}') [:8] + b'[]', 'damaged'),
    'safetensors, entry no dict': (safetensors({'a': [1]}), 'damaged'),
    'safetensors, entry empty': (safetensors({'a': {}}), 'damaged'),
    'safetensors, unknown type': (
        safetensors(entry(dtype='F8_E4M3', shape=[8]), bytes(8)),
        'F8_E4M3',
    ),
    'safetensors, type a number': (safetensors(entry(dtype=[1]), bytes(8)), 'damaged'),
    'safetensors, shape a text': (safetensors(entry(shape='2'), bytes(8)), 'damaged'),
    'safetensors, negative shape': (safetensors(entry(shape=[-1, -2]), bytes(8)), 'damaged'),
    'safetensors, shape of fractions': (safetensors(entry(shape=[2.0]), bytes(8)), 'damaged'),
    'safetensors, huge shape': (safetensors(entry(shape=[2**62, 2**62]), bytes(8)), 'damaged'),
    'safetensors, offsets beyond the end': (safetensors(entry(data_offsets=[8, 16])), 'damaged'),
    'safetensors, offsets negative': (safetensors(entry(data_offsets=[-8, 0])), 'damaged'),
    'safetensors, one offset': (safetensors(entry(data_offsets=[0]), bytes(8)), 'damaged'),
    'safetensors, deep nest': (safetensors(b'{"a":' * 9999 + b'}' * 9999), 'damaged'),
    'safetensors, metadata no dict': (
        safetensors({'__metadata__': 3, **entry()}, bytes(8)),
        'damaged',
    ),
    'safetensors, not UTF-8': (safetensors(b'{"\xff\xfe": 1}'), 'damaged'),
}  # fmt: skip


def state(**changes) -> dict:
    """A small backbone's tensors, some changed or (None) taken away."""
    tensors = {**Res2Net(preset=LIGHT).state_dict(), **changes}
    return {name: tensor for name, tensor in tensors.items() if tensor is not None}


# What can be read and is not the weights that are asked for.
CONTENTS = {
    'no tensors': (torch_bytes({}), 'no tensors'),
    'keys that are numbers': (torch_bytes({1: torch.rand(2)}), 'name'),
    'state dict that is a list': (torch_bytes({'state_dict': [1]}), 'no tensors'),
    'optimizer only': (torch_bytes({'optimizer': {'state': {}}}), 'no tensors'),
    'state dict in itself': (knot(), 'no tensors'),
    'block rule unknown': (with_metadata({'': {'block_rule': 'mine'}}), "'mine'"),
    'block rule a list': (with_metadata({'': {'block_rule': ['dla']}}), 'block rule'),
    'plain ResNet': (torch_bytes({'layer1.0.conv2.weight': torch.rand(2)}), 'plain ResNet'),
    'another network': (torch_bytes({'features.0.weight': torch.rand(2)}), 'features.0.weight'),
    'two Res2Nets': (
        torch_bytes({f'{n}.{k}': v for n in 'ab' for k, v in state().items()}),
        'several Res2Nets',
    ),
}

# What a backbone is given, and words of the message.
UNFIT = {
    'tensor missing': (state(**{'layer1.0.conv1.weight': None}), 'layer1.0.conv1.weight'),
    'tensor too many': (state(more=torch.rand(2)), 'unexpected: more'),
    'stage missing': ({k: v for k, v in state().items() if 'layer4' not in k}, 'layer4'),
    'shape changed': (state(**{'bn1.weight': torch.rand(3)}), 'bn1.weight 3 instead of 32'),
    'a scalar': (state(**{'conv1.weight': torch.tensor(1.0)}), 'conv1.weight scalar'),
    'deep stem': (Res2Net(preset='res2net_light_v1b_26w_4s').state_dict(), 'v1b weights'),
    'other scales': (Res2Net(preset=LIGHT, scales=6).state_dict(), '6 scales'),
    'gray images': (Res2Net(preset=LIGHT, in_channels=1).state_dict(), 'images of 1 channels'),
}
RESUMED = {
    'weights alone': (state(), 'cannot be resumed from'),
    'no optimizer': (dict(meta={}, state_dict={}, message_hub={}), 'no optimizer'),
    'no run': (dict(optimizer={}), 'no meta, state_dict, message_hub'),
    'meta a list': ({'meta': [], 'state_dict': {}, 'message_hub': {}, 'optimizer': {}}, 'no meta'),
}


@pytest.fixture
def inputs(tmp_path):
    (tmp_path / 'config.py').write_text(CONFIG.format(LIGHT))
    cv2.imwrite(str(tmp_path / 'image.png'), np.zeros((9, 9, 3), np.uint8))
    return tmp_path


def run(refused, tool, file, **options):
    arguments = [file if word == 'FILE' else word for word in TOOLS[tool]]
    return refused(tool, *arguments, **options)


# One reader is behind them all, as NAMES sees for each; so the others are tried where time is.
@pytest.mark.parametrize('tool', first_quick(TOOLS))
@pytest.mark.parametrize('what', FILES)
def test_a_file_that_is_no_checkpoint(what, tool, inputs, refused):
    content, says = FILES[what]
    (inputs / 'bad.pth').write_bytes(content)
    run(refused, tool, 'bad.pth', says=('bad.pth', says))


@pytest.mark.parametrize('tool', ['convert_checkpoint', 'receptive_field'])
@pytest.mark.parametrize('what', CONTENTS)
def test_a_checkpoint_of_something_else(what, tool, inputs, refused):
    content, says = CONTENTS[what]
    (inputs / 'bad.pth').write_bytes(content)
    run(refused, tool, 'bad.pth', says=('bad.pth', says))


@pytest.mark.parametrize('what', UNFIT)
def test_weights_that_do_not_fit(what, inputs, refused):
    content, says = UNFIT[what]
    torch.save(content, inputs / 'bad.pth')
    run(refused, 'receptive_field', 'bad.pth', says=('bad.pth', says))


@pytest.mark.parametrize('what', RESUMED)
def test_a_checkpoint_of_no_run(what, inputs, refused):
    content, says = RESUMED[what]
    torch.save(content, inputs / 'bad.pth')
    run(refused, 'train', 'bad.pth', says=('bad.pth', says))


# A checkpoint by a name that leads to no file: the name, words of the message.
NAMES = {
    'not there': ('gone.pth', 'gone.pth does not exist'),
    'a folder': ('folder', 'is a folder'),
    'empty': ('', 'is a folder'),
    'link to nothing': ('link.pth', 'link.pth does not exist'),
    'letters of other scripts': (
        'gewichte_\u00fc\u4e2d.pth',
        'gewichte_\u00fc\u4e2d.pth does not exist',
    ),
    'too long': ('a' * 300, 'name too long'),
    'http': ('http://localhost/a-0123456789.pth', 'only https'),
    'no hash': ('https://localhost/a.pth', 'sha256'),
    'no file in the URL': ('https://localhost/', 'names no file'),
    'ftp': ('ftp://localhost/a-01234567.pth', 'only https'),
    'file URL': ('file:///etc/passwd', 'only https'),
    'unknown preset': ('res2net://res2net50_v9', 'res2net50_v9'),
    'preset without a name': ('res2net://', 'unknown'),
    'preset without weights': ('res2net://res2net_light_26w_4s', 'res2net_light_26w_4s'),
}


@pytest.mark.parametrize('tool', TOOLS)
@pytest.mark.parametrize('what', NAMES)
def test_a_name_of_no_checkpoint(what, tool, inputs, refused):
    (inputs / 'folder').mkdir()
    (inputs / 'link.pth').symlink_to('nowhere')
    name, says = NAMES[what]
    if tool == 'train' and ('://' in name or not name):
        says = 'a file is needed'
    run(refused, tool, name, says=says)

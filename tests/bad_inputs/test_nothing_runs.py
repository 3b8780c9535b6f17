"""A pickle that would create a file if it were run, given to every tool in every place."""

import os
import pickle
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from test_configs import GOOD

PACKAGE = Path(__file__).parents[2] / 'res2net_mm'


class Trap:
    def __reduce__(self):
        return os.mkdir, ('sprung',)


def in_torch(**options):
    def write(path):
        torch.save(dict(state_dict={}, meta=Trap()), path, **options)

    return write


def pickled(protocol):
    return lambda path: path.write_bytes(pickle.dumps([Trap()], protocol))


FILES = {
    'PyTorch': in_torch(),
    'PyTorch, legacy': in_torch(_use_new_zipfile_serialization=False),
    **{f'pickle {protocol}': pickled(protocol) for protocol in range(6)},
    'array of objects': lambda path: np.save(path, np.array([Trap()], object), allow_pickle=True),
    'YAML': lambda path: path.write_text('!!python/object/apply:os.mkdir ["sprung"]'),
}
SUFFIXES = {
    'PyTorch': '.pth',
    'PyTorch, legacy': '.pth',
    'array of objects': '.npy',
    'YAML': '.yaml',
}
# Every place of a file on every tool's command line but that of a config, which is code.
PLACES = {
    'convert': ('convert_checkpoint', 'FILE', 'x.pth', '--to', 'timm'),
    'field': ('receptive_field', 'res2net_light_26w_4s', '--weights', 'FILE'),
    'test': ('test', 'config.py', 'FILE'),
    'cam': ('cam', 'config.py', 'FILE', 'image.png'),
    'explained image': ('cam', 'config.py', 'weights.pth', 'FILE'),
    'resume': ('train', 'config.py', '--resume', 'FILE'),
    'load_from': ('train', 'config.py', '--no-pretrained', '--cfg-options', 'load_from=FILE'),
    'pretrained': (
        'train', 'config.py', '--cfg-options', 'model.backbone.init_cfg.type=Pretrained',
        'model.backbone.init_cfg.checkpoint=FILE',
    ),
    'results': ('eval_by_size', '--gt', 'gt.json', '--dt', 'FILE'),
    'ground truth': ('eval_by_size', '--gt', 'FILE', '--dt', 'gt.json'),
    'compared': ('compare_by_size', 'FILE', 'gt.json', '--gt', 'gt.json'),
    'compared against': ('compare_by_size', 'gt.json', 'FILE', '--gt', 'FILE'),
    'swapped': ('swap_backbone', 'FILE', 'res2net50_26w_4s'),
    'counted': ('count_flops', 'FILE'),
}  # fmt: skip


@pytest.mark.parametrize('place', PLACES)
@pytest.mark.parametrize('what', FILES)
def test_no_tool_runs_it(what, place, tmp_path, refused):
    name = f'file{SUFFIXES.get(what, ".pkl")}'
    (tmp_path / 'config.py').write_text(GOOD)
    (tmp_path / 'gt.json').write_text('{"images": [], "annotations": [], "categories": []}')
    cv2.imwrite(str(tmp_path / 'image.png'), np.zeros((9, 9, 3), np.uint8))
    torch.save({'a': torch.ones(1)}, tmp_path / 'weights.pth')
    for folder in ('data/images', 'data/masks'):
        (tmp_path / folder).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / folder / 'a.png'), np.zeros((32, 32), np.uint8))
    FILES[what](tmp_path / name)
    tool, *arguments = PLACES[place]
    refused(tool, *(word.replace('FILE', name) for word in arguments))
    assert not (tmp_path / 'sprung').exists()


# What unpickles, or reads by something that does.
UNPICKLERS = (
    'pickle.load(', 'pickle.loads(', 'joblib', 'allow_pickle=True', 'yaml.load(', 'yaml.unsafe',
    'shell=True', 'os.system', 'torch.load(', 'marshal', 'shelve', 'dill',
    'extractall', 'unpack_archive', 'tarfile',
)  # fmt: skip
# Where they are as they should be.
ALLOWED = {
    ('checkpoints/reading.py', 'torch.load('),  # weights_only=True
    ('deploy/web/web_engine.py', 'tarfile'),  # reads two members, unpacks nothing
    ('openmmlab/data_only.py', 'yaml.load('),  # Loader=SafeLoader
}


@pytest.mark.parametrize(
    'file', sorted(PACKAGE.rglob('*.py')), ids=lambda file: str(file.relative_to(PACKAGE))
)
def test_no_file_of_the_package_unpickles(file):
    name, text = file.relative_to(PACKAGE).as_posix(), file.read_text()
    assert not re.search(r'(?<![\w.])(eval|exec)\((?!\))', text)
    assert not [w for w in UNPICKLERS if w in text and (name, w) not in ALLOWED]


def test_torch_loads_weights_only():
    text = (PACKAGE / 'checkpoints/reading.py').read_text()
    assert text.count('torch.load(') == text.count('weights_only=True)') > 0

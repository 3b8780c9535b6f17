"""Valid files, changed at random: a reader returns or raises UserError, soon and in little memory.

Every round has a seed, so that one that fails fails again.
"""

import copy
import io
import json
import pickle
import random
import resource
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest
import safetensors.torch
import torch
from folders import coco_content, voc_xml, write_voc
from test_result_files import GOOD, MASK, TRUTH
from test_work_dirs import EVALUATION

from res2net_mm.backbones import Res2Net
from res2net_mm.checkpoints import read_checkpoint
from res2net_mm.checkpoints.backbone_tensors import backbone_tensors
from res2net_mm.data.checks.decoded_images import decode
from res2net_mm.data.checks.image_look import image_loader
from res2net_mm.data.detection.box_folder import read_boxes
from res2net_mm.errors import UserError
from res2net_mm.evaluation import evaluate_by_size, read_saved_evaluation
from res2net_mm.evaluation.regions import find_regions, stack_regions
from res2net_mm.evaluation.regions.region_set import read_regions, write_regions
from res2net_mm.formats import Findings
from res2net_mm.formats.label_maps.map_file import read_label_map

PATIENCE = 20  # s for a round
MEMORY = 2 << 30  # bytes that the rounds may take beyond what the process has
ROUNDS = [pytest.param(60, id='few'), pytest.param(3000, id='many', marks=pytest.mark.slow)]


@pytest.fixture(autouse=True)
def little_memory():
    """No more than so much, so that a reader that asks for all raises MemoryError."""
    pages = int(Path('/proc/self/statm').read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def survives(read, seed: int) -> None:
    """See that a reader does one of the two things it may."""

    def hangs(*_):
        raise AssertionError(f'round {seed} still runs after {PATIENCE} s')

    signal.signal(signal.SIGALRM, hangs)
    signal.alarm(PATIENCE)
    try:
        read()
    except UserError:
        pass
    except BaseException as error:
        raise AssertionError(f'round {seed}: {type(error).__name__}: {error}') from error
    finally:
        signal.alarm(0)


def changed_bytes(content: bytes, random: random.Random) -> bytes:
    """Bits flipped, bytes put elsewhere, cut out, doubled or overwritten, or the end missing."""
    data = bytearray(content)
    for _ in range(random.choice([1, 1, 2, 5, 20])):
        at, length = random.randrange(len(data) + 1), random.choice([1, 2, 8, 64])
        match random.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << random.randrange(8)
            case 1:
                data[at : at + length] = random.randbytes(length)
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length]
            case 4:
                other = random.randrange(len(data) + 1)
                data[at : at + length] = data[other : other + length]
            case 5 if random.random() < 0.2:
                del data[at:]
    return bytes(data)


ODD = [
    None, True, False, 0, 1, -1, 2, 1.5, -0.0, 1e308, float('nan'), float('inf'), 2**63, 10**400,
    '', 'a', '1', '../x', '/etc/passwd', '\0', '\ud800', 'x' * 5000, [], {}, [[]], [1], {'a': 1},
    [1, 2, 3, 4], [0, 0, 0, 0], {'size': [60, 80], 'counts': 'd'}, {'size': [1], 'counts': [1]},
]  # fmt: skip


def changed_json(content, random: random.Random):
    """Values replaced, taken away, doubled or exchanged, anywhere."""
    whole = [copy.deepcopy(content)]
    for _ in range(random.choice([1, 1, 2, 4])):
        places = list(_places(whole))
        holder, key = random.choice(places)
        match random.randrange(4):
            case 0 | 1:
                holder[key] = copy.deepcopy(random.choice(ODD))
            case 2 if holder is not whole:
                del holder[key]
            case 3:
                other, its = random.choice(places)
                holder[key] = copy.deepcopy(other[its])
    return whole[0]


def _places(node):
    keys = list(node) if isinstance(node, dict) else range(len(node))
    for key in keys:
        yield node, key
        if isinstance(node[key], (dict, list)):
            yield from _places(node[key])


def torch_file(**options) -> bytes:
    file = io.BytesIO()
    state = Res2Net(stage_blocks=(1,), base_channels=8, scales=2).state_dict()
    torch.save(dict(meta=dict(epoch=1), state_dict=state), file, **options)
    return file.getvalue()


def safetensors_file() -> bytes:
    state = Res2Net(stage_blocks=(1,), base_channels=8, scales=2).state_dict()
    return safetensors.torch.save(state, dict(format='pt', block_rule='mmdet'))


def pickled_file(protocol: int) -> bytes:
    state = Res2Net(stage_blocks=(1,), base_channels=8, scales=2).state_dict()
    return pickle.dumps({name: tensor.numpy() for name, tensor in state.items()}, protocol)


CHECKPOINTS = {
    'PyTorch': torch_file,
    'PyTorch, legacy': lambda: torch_file(_use_new_zipfile_serialization=False),
    'safetensors': safetensors_file,
    'pickle 2': lambda: pickled_file(2),
    'pickle 4': lambda: pickled_file(4),
    'pickle 5': lambda: pickled_file(5),
}


@pytest.mark.parametrize('rounds', ROUNDS)
@pytest.mark.parametrize('kind', CHECKPOINTS)
def test_checkpoints(kind, rounds, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, path = CHECKPOINTS[kind](), tmp_path / 'weights.pth'
    backbone_tensors(_read_back(path, content))
    for seed in range(rounds):
        path.write_bytes(changed_bytes(content, random.Random(seed)))
        survives(lambda: backbone_tensors(read_checkpoint(path)), seed)
    assert [file.name for file in tmp_path.iterdir()] == ['weights.pth']


def _read_back(path: Path, content: bytes):
    path.write_bytes(content)
    return read_checkpoint(path)


@pytest.mark.parametrize('rounds', ROUNDS)
def test_annotations_to_train_on(rounds, tmp_path):
    names = [f'{i}.png' for i in range(6)]
    for name in names:
        cv2.imwrite(str(tmp_path / name), np.zeros((60, 80, 3), np.uint8))
    content = coco_content(names, masks=True)
    for seed in range(rounds):
        text = json.dumps(changed_json(content, random.Random(seed)))
        (tmp_path / 'instances_all.json').write_text(text)
        survives(lambda: read_boxes(tmp_path, Findings(stop=False)), seed)
        survives(lambda: read_boxes(tmp_path, Findings()), seed)


@pytest.mark.parametrize('on_error', ['stop', 'skip'])
@pytest.mark.parametrize('rounds', ROUNDS)
@pytest.mark.parametrize('iou_type', ['bbox', 'segm'])
def test_ground_truth_and_results(iou_type, rounds, on_error):
    results = [{**GOOD, 'segmentation': MASK}, {**GOOD, 'segmentation': MASK, 'image_id': 2}]
    for seed in range(rounds):
        generator = random.Random(seed)
        truth = changed_json(TRUTH, generator) if seed % 2 else TRUTH
        found = results if seed % 2 else changed_json(results, generator)
        survives(
            lambda: evaluate_by_size(truth, found, iou_type=iou_type, on_error=on_error),  # noqa: B023
            seed,
        )


@pytest.mark.parametrize('rounds', ROUNDS)
def test_saved_evaluations(rounds, tmp_path):
    (tmp_path / 'ground_truth.json').write_text(json.dumps(TRUTH))
    (tmp_path / 'detections.bbox.json').write_text(json.dumps([GOOD]))

    def read():
        saved = read_saved_evaluation(tmp_path)
        truth = saved.read_ground_truth()
        for kind in saved.detections:
            evaluate_by_size(truth, saved.read_detections(kind), **saved.options)

    for seed in range(rounds):
        text = json.dumps(changed_json(EVALUATION, random.Random(seed)))
        (tmp_path / 'evaluation.json').write_text(text)
        survives(read, seed)


@pytest.mark.parametrize('rounds', ROUNDS)
def test_xml(rounds, tmp_path):
    home = write_voc(tmp_path / 'voc', {n: voc_xml() for n in 'abc'}, {'train': ['a', 'b', 'c']})
    content = voc_xml().encode()
    for seed in range(rounds):
        (home / 'Annotations/a.xml').write_bytes(changed_bytes(content, random.Random(seed)))
        survives(lambda: read_boxes(home, Findings(stop=False)), seed)


@pytest.mark.parametrize('suffix', ['.png', '.jpg', '.bmp', '.tiff'])
@pytest.mark.parametrize('rounds', ROUNDS)
def test_images_and_masks(suffix, rounds, tmp_path):
    labels = np.tile(np.arange(40, dtype=np.uint8) % 3, (30, 1))
    content, path = cv2.imencode(suffix, labels)[1].tobytes(), tmp_path / f'a{suffix}'
    for seed in range(rounds):
        path.write_bytes(changed_bytes(content, random.Random(seed)))
        survives(lambda: read_label_map(path), seed)
        survives(lambda: decode(path, image_loader(None)), seed)


@pytest.mark.parametrize('rounds', ROUNDS)
def test_regions(rounds, tmp_path):
    labels = np.tile(np.arange(40) // 14, (30, 1))
    one = find_regions(labels, labels, classes=3, ignore_index=-1, tolerance=0.01)
    path = write_regions(stack_regions([('a', one)], 'xyz', 0.01), tmp_path / 'regions.npz')
    content = path.read_bytes()
    for seed in range(rounds):
        path.write_bytes(changed_bytes(content, random.Random(seed)))
        survives(lambda: read_regions(path), seed)

"""What runs leave in their folders, spoiled, and the tools that read it again."""

import json

import numpy as np
import pytest
from test_result_files import BYTES, GOOD, TRUTH

RECORD = dict(config='model = None', config_name='a.py', seed=0, deterministic=False, starts=[])
EVALUATION = {
    'form': 1,
    'ground_truth': 'ground_truth.json',
    'classes': ['cat', 'dog'],
    'images': None,
    'detections': {'bbox': 'detections.bbox.json'},
    'options': {
        'bins': [{'name': 'small', 'low': 0, 'high': 1024, 'by': 'area'}],
        'max_dets': [1, 10, 100],
        'area_of': 'annotation',
        'protocol': 'coco',
    },
}


def without(content, key):
    return {name: value for name, value in content.items() if name != key}


# run.json of a run to do again; words of the message.
RECORDS = {
    **{what: (content, 'run.json') for what, (content, _) in BYTES.items()},
    'a list': ([], 'run.json'),
    'null': (None, 'run.json'),
    'a text': ('run', 'run.json'),
    'no config': (without(RECORD, 'config'), 'config'),
    'no seed': (without(RECORD, 'seed'), 'seed'),
    'config a number': ({**RECORD, 'config': 5}, 'config=5'),
    'config null': ({**RECORD, 'config': None}, 'config=None'),
    'config with a syntax error': ({**RECORD, 'config': 'model = dict('}, 'a.py'),
    'config of no model': (RECORD, 'model'),
    'name that leads out': (
        {**RECORD, 'config_name': '../../out.py'},
        '../../out.py',
    ),
    'name absolute': ({**RECORD, 'config_name': '/tmp/out.py'}, "config_name='/tmp/out.py'"),
    'name a number': ({**RECORD, 'config_name': 5}, 'config_name=5'),
    'name empty': ({**RECORD, 'config_name': ''}, "config_name=''"),
    'seed a text': ({**RECORD, 'seed': 'x'}, "seed='x'"),
    'seed a list': ({**RECORD, 'seed': [1]}, 'seed=[1]'),
    'deterministic a text': ({**RECORD, 'deterministic': 'no'}, "deterministic='no'"),
}
# evaluation.json of a run to compare; words of the message.
EVALUATIONS = {
    **{what: (content, 'evaluation.json') for what, (content, _) in BYTES.items()},
    'a list': ([], 'form'),
    'null': (None, 'form'),
    'another form': ({**EVALUATION, 'form': 99}, '99'),
    **{f'no {key}': (without(EVALUATION, key), key) for key in EVALUATION if key != 'form'},
    **{f'{key} a number': ({**EVALUATION, key: 5}, key) for key in EVALUATION if key != 'form'},
    'ground truth gone': ({**EVALUATION, 'ground_truth': 'gone.json'}, 'gone.json'),
    'ground truth that leads out': ({**EVALUATION, 'ground_truth': '../../x.json'}, 'x.json'),
    'detections gone': ({**EVALUATION, 'detections': {'bbox': 'gone.json'}}, 'gone.json'),
    'detections a number': ({**EVALUATION, 'detections': {'bbox': 5}}, 'detections'),
    'detections of another kind': (
        {**EVALUATION, 'detections': {'points': 'detections.bbox.json'}},
        'points',
    ),
    'detections that lead out': (
        {**EVALUATION, 'detections': {'bbox': '../../dt.json'}},
        '../../dt.json',
    ),
    'classes lost': ({**EVALUATION, 'classes': ['cat', 'cow']}, 'classes'),
    'classes numbers': ({**EVALUATION, 'classes': [1, [2]]}, 'classes'),
    'bins of texts': ({**EVALUATION, 'options': {**EVALUATION['options'], 'bins': ['a']}}, 'bin'),
    'limits of texts': (
        {**EVALUATION, 'options': {**EVALUATION['options'], 'max_dets': ['a']}},
        'max_dets',
    ),
    'protocol unknown': (
        {**EVALUATION, 'options': {**EVALUATION['options'], 'protocol': 'x'}},
        'protocol: x',
    ),
    'option unknown': ({**EVALUATION, 'options': {**EVALUATION['options'], 'more': 1}}, 'options'),
}


def put(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


@pytest.fixture
def runs(tmp_path):
    for name in 'ab':
        put(tmp_path / name / 'evaluation.json', EVALUATION)
        put(tmp_path / name / 'ground_truth.json', TRUTH)
        put(tmp_path / name / 'detections.bbox.json', [GOOD])
    return tmp_path


@pytest.mark.parametrize('what', RECORDS)
def test_a_record_that_is_wrong(what, tmp_path, refused):
    content, says = RECORDS[what]
    put(tmp_path / 'run/run.json', content)
    refused('rerun', 'run', says=says)


@pytest.mark.parametrize('what', EVALUATIONS)
def test_an_evaluation_that_is_wrong(what, runs, refused):
    content, says = EVALUATIONS[what]
    put(runs / 'a/evaluation.json', content)
    refused('compare_by_size', 'a', 'b', says=says)


@pytest.mark.parametrize('name', ['ground_truth.json', 'detections.bbox.json'])
@pytest.mark.parametrize('what', BYTES)
def test_a_file_of_an_evaluation_that_is_no_json(what, name, runs, refused):
    content, says = BYTES[what]
    put(runs / 'a' / name, content)
    refused('compare_by_size', 'a', 'b', says=(name, says))


def npz(**arrays) -> bytes:
    import io

    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


# iou_by_size.npz of a segmenter's run; words of the message.
REGIONS = {
    'empty': b'',
    'text': b'regions',
    'cut short': npz(images=np.array(['a']))[:-30],
    'of other arrays': npz(a=np.ones(2)),
    'of objects, which would be unpickled': npz(images=np.array([{'a': 1}], dtype=object)),
    'a pickle': b'\x80\x04]\x94.',
    'one array': np.ones(3).tobytes(),
}


@pytest.mark.parametrize('what', REGIONS)
def test_regions_that_are_wrong(what, tmp_path, refused):
    for name in 'ab':
        put(tmp_path / name / 'iou_by_size.npz', REGIONS[what])
        put(tmp_path / name / 'iou_by_size.json', {'scores': []})
    refused('compare_by_size', 'a', 'b', says='iou_by_size.npz')

"""Scores by name: where they are looked for, and what they keep."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.prediction import predict
from res2net_mm.prediction.score_rule import check_score, find_score_rule, pick_sure
from res2net_mm.prediction.slices import Found

BINS = [('small', [0, 1024], 0.2), ('medium', [1024, 9216], 0.5), ('large', [9216, None], None)]
THRESHOLDS = [dict(bin=name, limits=limits, by='area', score=s) for name, limits, s in BINS]
THRESHOLDS += [dict(bin='all', limits=[0, None], by='area', score=0.4)]


@dataclass
class Model:
    checkpoint: Path
    metadata: dict = field(default_factory=dict)
    segments: bool = False


def test_scores_are_numbers_or_names():
    assert check_score('0.25') == check_score(0.25) == 0.25
    assert check_score('by-size') == 'by-size'
    for bad in ('most', 2, -0.1):
        with pytest.raises(UserError, match='must be between 0 and 1, best or by-size'):
            check_score(bad)


def test_thresholds_of_a_file_and_of_a_work_directory(tmp_path):
    exported = Model(tmp_path / 'm.onnx', dict(task='detection', thresholds=THRESHOLDS))
    rule = find_score_rule('by-size', exported)
    found = Found(
        np.array([[0, 0, 9, 9], [0, 0, 50, 50], [0, 0, 200, 200]], np.float32),
        np.array([0.3, 0.3, 0.3], np.float32),
        np.zeros(3, int),
    )
    assert pick_sure(found, rule, (300, 300)).boxes[:, 2].tolist() == [9]
    found.scores[2] = 0.45  # large has no threshold of its own
    assert pick_sure(found, rule, (300, 300)).boxes[:, 2].tolist() == [9, 200]
    assert find_score_rule('best', exported).score == 0.4
    (tmp_path / 'ap_by_size.json').write_text(json.dumps({'bbox': {'thresholds': THRESHOLDS}}))
    assert find_score_rule('by-size', Model(tmp_path / 'w.pth')) == rule
    with pytest.raises(UserError, match='needs the score thresholds of an evaluation'):
        find_score_rule('best', Model(tmp_path / 'm.onnx', dict(task='detection')))
    with pytest.raises(UserError, match='none lies beside'):
        find_score_rule('best', Model(tmp_path / 'elsewhere' / 'w.pth'))
    with pytest.raises(UserError, match='is for detectors'):
        find_score_rule('best', Model(tmp_path / 'w.pth', segments=True))


def test_predict_by_size(detector, images, tmp_path):
    beside = detector.parent / 'ap_by_size.json'
    entries = [{**entry, 'score': entry['score'] and 0.19} for entry in THRESHOLDS]
    entries[1]['score'] = 0.99
    beside.write_text(json.dumps({'bbox': {'thresholds': entries}}))
    said = []
    quiet = dict(progress=False, device='cpu', pictures=False)
    try:
        predict(detector, images[:2], out=tmp_path, score='by-size', say=said.append, **quiet)
    finally:
        beside.unlink()
    found = json.loads((tmp_path / 'predictions.json').read_text())
    areas = np.array([entry['bbox'][2] * entry['bbox'][3] for entry in found])
    assert len(found) > 0
    assert not ((areas > 1024) & (areas < 9216)).any()
    assert 'score of at least 0.19 (small), 0.99 (medium) by size' in said[-1]
    written = json.loads((tmp_path / 'found_by_size.json').read_text())
    assert written['score'] == {'small': 0.19, 'medium': 0.99}

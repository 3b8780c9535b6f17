import json

import pytest
from made_curves import make_curves

from res2net_mm.apparent_size.curve_files import write_curves


@pytest.mark.parametrize('iou_type', ['bbox', 'segm'])
def test_tables_json_and_pictures_are_written(iou_type, tmp_path):
    curves, detectors, errors = make_curves(2, tmp_path)
    for detector in detectors:
        detector.results[iou_type] = detector.results['bbox']
    said: list[str] = []
    write_curves(tmp_path / 'out', iou_type, detectors, curves, errors, 50, said.append)
    stem = 'size_curve' if iou_type == 'bbox' else 'size_curve.segm'
    names = {f'{stem}{suffix}' for suffix in ('.json', '.txt', '.png', '.errors.png')}
    assert {file.name for file in (tmp_path / 'out').iterdir()} == names
    assert all(name in said[-1] for name in names)

    text = (tmp_path / 'out' / f'{stem}.txt').read_text()
    assert text.strip() in said[0]
    assert 'net 0, zoom 1: bbox: AP and AR in %' in text
    assert 'net 1: AP is within 5 % of its best (50.0) from 32 to 64 px' in text
    assert 'net 1, by apparent size' in text

    content = json.loads((tmp_path / 'out' / f'{stem}.json').read_text())
    assert (content['iou_type'], content['resamples']) == (iou_type, 50)
    first, _ = content['models']
    assert first['name'] == 'net 0'
    assert [entry['zoom'] for entry in first['zooms']] == [0.5, 1]
    assert first['zooms'][0]['images_left_out'] == [{'index': 0, 'why': 'too large'}]
    assert first['zooms'][1]['scores'][1]['boxes'] == 1
    assert [bins['bin'] for bins in first['errors']] == ['small', 'medium', 'large', 'all']

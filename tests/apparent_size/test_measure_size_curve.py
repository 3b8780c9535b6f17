import json

import numpy as np
import pytest
from random_weights import detector_config, instance_config, save_random
from seeing_detector import SIDES

from res2net_mm.apparent_size import measure_size_curve
from res2net_mm.apparent_size.measure_size_curve import name_models
from res2net_mm.engine import evaluate
from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.average_precision import SCORE_NAMES

ZOOMS = (1 / 4, 1 / 2, 1, 2, 4)
QUICK = dict(zooms=ZOOMS, bootstrap=20, progress=False)


@pytest.fixture(scope='module')
def measured(seeing, tmp_path_factory):
    """The curve of a detector that sees sides of 32 to 128 px, its files and what was said."""
    out, said = tmp_path_factory.mktemp('curve') / 'out', []
    curves = measure_size_curve([*seeing(32, 128)], out=out, say=said.append, **QUICK)
    return out, curves['bbox'][0], '\n'.join(said)


def test_the_curve_recovers_the_range_that_the_detector_sees(measured):
    _, curve, said = measured
    for score in ('AP', 'AR'):
        at = dict(
            zip([b.name for b in curve.bins], curve.scores[SCORE_NAMES.index(score)], strict=True)
        )
        assert list(at) == [
            '2-4',
            '4-8',
            '8-16',
            '16-32',
            '32-64',
            '64-128',
            '128-256',
            '256-512',
            '512-1024',
        ]
        seen = {name for name, value in at.items() if value > 0.5}
        assert seen == {'32-64', '64-128'}
        assert at['32-64'] == at['64-128'] == pytest.approx(1)
        found = curve.flat[score]
        assert (found.low, found.high, found.octaves) == (32, 128, 2)
        assert found.interval == (2, 2)
    assert 'AP is within 5 % of its best (100.0) from 32 to 128 px: 2.0 octaves' in said


def test_each_bin_tells_how_many_different_objects_it_saw(measured):
    _, curve, _ = measured
    # 24 squares of each side.
    seen = [{s for s in SIDES for z in ZOOMS if b.low < s * z < b.high} for b in curve.bins]
    expected = [24 * len(sides) for sides in seen]
    assert curve.objects.tolist() == expected


def test_zoom_1_is_the_size_table_of_a_test(measured, seeing, tmp_path):
    out, *_ = measured
    config, checkpoint = seeing(32, 128)
    text = config.read_text().replace("type='CocoMetric'", "type='res2net_mm.SizeMetric'")
    (tmp_path / 'c.py').write_text(text)
    evaluate(tmp_path / 'c.py', checkpoint, work_dir=tmp_path / 'work')
    table = json.loads((tmp_path / 'work/ap_by_size.json').read_text())['bbox']
    model = json.loads((out / 'size_curve.json').read_text())['models'][0]
    (at_one,) = [entry for entry in model['zooms'] if entry['zoom'] == 1]
    assert {key: at_one[key] for key in table} == table
    assert 0 < table['scores'][1]['AP'] <= 1


def test_what_is_not_seen_is_missed_and_no_other_error(measured):
    out, curve, said = measured
    columns = json.loads((out / 'size_curve.json').read_text())['models'][0]['errors']
    assert [c['bin'] for c in columns] == [*(b.name for b in curve.bins), 'all']
    for column in columns:
        errors = dict(column['errors'])
        seen = column['bin'] in ('32-64', '64-128')
        assert (errors.pop('missed') == 0) == seen or column['boxes'] == 0
        assert set(errors.values()) == {0}
    assert '32-64 objects: no kind of error costs AP50' in said
    assert (out / 'size_curve.errors.png').read_bytes().startswith(b'\x89PNG')


def test_files_hold_what_was_said(measured):
    out, curve, said = measured
    assert (out / 'size_curve.png').read_bytes().startswith(b'\x89PNG')
    assert (out / 'size_curve.txt').read_text().strip() in said
    model = json.loads((out / 'size_curve.json').read_text())['models'][0]
    assert [entry['objects'] for entry in model['bins']] == curve.objects.tolist()
    assert model['flat_range']['AP']['low_px'] == 32


def test_a_second_call_takes_what_the_first_has_kept(measured, seeing):
    out, curve, _ = measured
    said = []
    again = measure_size_curve([*seeing(32, 128)], out=out, say=said.append, **QUICK)['bbox'][0]
    assert sum('taken from' in line for line in said) == len(ZOOMS)
    assert np.array_equal(again.scores, curve.scores, equal_nan=True)
    assert np.array_equal(again.intervals, curve.intervals, equal_nan=True)


def test_two_models_are_compared_under_the_same_draws(seeing, tmp_path):
    models = [*seeing(32, 128), *seeing(16, 256)]
    how = dict(QUICK, zooms=(0.5, 1, 2), say=lambda _: None)
    one, other = measure_size_curve(models, out=tmp_path, **how)['bbox']
    assert (other.flat['AR'].low, other.flat['AR'].high) == (16, 256)
    assert one.bins == other.bins
    gain = dict(zip([b.name for b in one.bins], other.against_first[0, 0], strict=True))
    assert gain['16-32'] == pytest.approx(1)
    assert gain['32-64'] == pytest.approx(0)
    assert one.against_first is None


def test_zooms_that_do_not_fit_into_memory_are_named_and_left_out(seeing, tmp_path):
    said: list[str] = []
    how = dict(QUICK, zooms=(1, 1.5, 2), max_memory=1e-3)
    measure_size_curve([*seeing(32, 128)], out=tmp_path, say=said.append, **how)
    told = '\n'.join(said)
    assert '1.png is left out: it needs about 0.0 GiB, and 0.0 GiB may be taken' in told
    assert 'zoom 1.5 and above are left out, no image fits into memory' in told
    model = json.loads((tmp_path / 'size_curve.json').read_text())['models'][0]
    assert [entry['zoom'] for entry in model['zooms']] == [1]


@pytest.mark.parametrize(
    ('models', 'names', 'message'),
    [
        (['a.py'], None, 'CONFIG CHECKPOINT'),
        (['a.py', 'a.pth', 'b.py'], None, 'got 3'),
        (['a.py', 'a.pth'], ['x', 'y'], '1 different names'),
        (['a.py', 'a.pth', 'b.py', 'b.pth'], ['x', 'x'], '2 different names'),
        (['a.py', 'a.pth'], ['../x'], 'name of a folder'),
    ],
)
def test_models_and_names_that_do_not_go_together_are_refused(models, names, message):
    with pytest.raises(UserError, match=message):
        name_models(models, names)


def test_models_are_called_as_their_configs_and_checkpoints():
    assert [n for n, *_ in name_models(['c/a.py', 'x', 'c/b.py', 'x'], None)] == ['a', 'b']
    models = ['c/a.py', 'run1/last.pth', 'c/a.py', 'run2/last.pth']
    assert [n for n, *_ in name_models(models, None)] == ['a-run1-last', 'a-run2-last']


@pytest.mark.parametrize(
    'make_config',
    [detector_config, pytest.param(instance_config, marks=pytest.mark.slow)],
    ids=['boxes', 'masks'],
)
def test_zoom_1_of_a_network_is_its_test(make_config, coco_folder, tmp_path):
    cfg = make_config()
    kinds = ['bbox', 'segm'] if make_config is instance_config else ['bbox']
    cfg.test_evaluator.metric = kinds
    cfg.dump(tmp_path / 'c.py')
    models = [tmp_path / 'c.py', save_random(cfg, tmp_path / 'c.pth')]
    how = dict(data=coco_folder, device='cpu', zooms=(0.5, 1), bootstrap=0, progress=False)
    curves = measure_size_curve(models, out=tmp_path / 'out', say=lambda _: None, **how)
    evaluate(*models, data=coco_folder, work_dir=tmp_path / 'work')
    tables = json.loads((tmp_path / 'work/ap_by_size.json').read_text())
    assert list(curves) == list(tables) == kinds
    for kind, table in tables.items():
        stem = 'size_curve' if kind == 'bbox' else f'size_curve.{kind}'
        (model,) = json.loads((tmp_path / f'out/{stem}.json').read_text())['models']
        half, one = model['zooms']
        assert {key: one[key] for key in table} == table
        assert half['detections'] > 0
        boxes = table['scores'][-1]['boxes']
        assert curves[kind][0].objects.sum() >= boxes > 0

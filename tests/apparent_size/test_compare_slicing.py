import json

import pytest
from random_weights import instance_config, save_random
from seeing_detector import SIDE

from res2net_mm.apparent_size import compare_slicing
from res2net_mm.apparent_size.slicing_verdict import BOTH, SLICES, WHOLE
from res2net_mm.engine import evaluate
from res2net_mm.errors import UserError
from res2net_mm.evaluation import read_saved_evaluation

QUICK = dict(bootstrap=50, progress=False)


@pytest.fixture(scope='module')
def compared(seeing, tmp_path_factory):
    """A detector that sees sides of 40 to 256 px, on slices of a quarter of the image's side.

    A slice comes out four times as large: it shows squares of 12 px, and cuts those of 192 px.
    """
    out, said = tmp_path_factory.mktemp('slicing') / 'out', []
    config, checkpoint = seeing(40, 256)
    found = compare_slicing(
        config, checkpoint, out=out, slice_size=SIDE // 4, say=said.append, **QUICK
    )
    return out, found['bbox'], '\n'.join(said)


def test_slices_help_small_objects_and_hurt_large_ones(compared):
    _, slicing, _ = compared
    sizes = {column.size_bin.name: column for column in slicing.comparisons[SLICES].columns}
    small, large = (sizes[name].scores['AP'] for name in ('small', 'large'))
    assert small.a == 0
    assert small.low > 0.5
    assert large.a > 0.9
    assert large.high < -0.5


def test_merging_both_helps_and_is_recommended(compared):
    _, slicing, said = compared
    sizes = {column.size_bin.name: column for column in slicing.comparisons[BOTH].columns}
    assert sizes['all'].scores['AP'].low > 0
    assert sizes['small'].scores['AP'].low > 0
    assert sizes['large'].scores['AP'].b > slicing.results[SLICES].bins[2].ap
    use, reason = slicing.recommend()
    assert use == BOTH
    assert reason.startswith('Slice at 160 px and merge with the whole image: AP of all sizes chan')
    assert 'small (+' in reason
    assert reason in said
    assert slicing.seconds[BOTH] > slicing.seconds[SLICES] > slicing.seconds[WHOLE] > 0
    assert slicing.sliced == slicing.images == 12


def test_whole_images_score_as_in_a_test(compared, seeing, tmp_path):
    out, *_ = compared
    config, checkpoint = seeing(40, 256)
    text = config.read_text().replace("type='CocoMetric'", "type='res2net_mm.SizeMetric'")
    (tmp_path / 'c.py').write_text(text)
    evaluate(tmp_path / 'c.py', checkpoint, work_dir=tmp_path / 'work')
    table = json.loads((tmp_path / 'work/ap_by_size.json').read_text())['bbox']
    whole = json.loads((out / 'slicing.json').read_text())['ways'][WHOLE]
    assert {key: whole[key] for key in table} == table


def test_each_way_is_a_run_that_can_be_compared(compared):
    out, slicing, said = compared
    for way, folder in ((WHOLE, 'whole'), (SLICES, 'slices'), (BOTH, 'both')):
        entries = read_saved_evaluation(out / folder).read_detections('bbox').entries
        assert len(entries) == slicing.results[way].detections
    assert (out / 'slicing.png').read_bytes().startswith(b'\x89PNG')
    assert (out / 'slicing.txt').read_text().strip() in said


def test_a_detector_that_sees_everything_needs_no_slices(seeing, tmp_path):
    config, checkpoint = seeing(1, 10_000)
    said: list[str] = []
    how = dict(out=tmp_path / 'out', say=said.append, **QUICK)
    slicing = compare_slicing(config, checkpoint, **how)['bbox']
    assert slicing.slice_size == SIDE // 2
    assert f'slices of {SIDE // 2} px: half the longer side of the middle image' in said
    use, reason = slicing.recommend()
    assert use == WHOLE
    assert reason.startswith('Do not slice: no size gains beyond noise')


def test_images_that_fit_into_a_slice_are_not_cut(seeing, tmp_path):
    config, checkpoint = seeing(40, 256)
    how = dict(out=tmp_path / 'out', say=lambda _: None, slice_size=SIDE, **QUICK)
    slicing = compare_slicing(config, checkpoint, **how)['bbox']
    assert slicing.sliced == 0
    assert slicing.results[SLICES].overall.ap == slicing.results[WHOLE].overall.ap > 0
    use, reason = slicing.recommend()
    assert use == WHOLE
    assert 'no image is larger than a slice of 640 px' in reason


def test_a_verdict_needs_intervals(seeing, tmp_path):
    with pytest.raises(UserError, match='bootstrap=0 must be 2 draws or more'):
        compare_slicing(*seeing(40, 256), out=tmp_path, bootstrap=0)


@pytest.mark.slow
def test_masks_have_a_verdict_of_their_own(coco_folder, tmp_path):
    cfg = instance_config()
    cfg.test_evaluator.metric = ['bbox', 'segm']
    cfg.dump(tmp_path / 'c.py')
    checkpoint = save_random(cfg, tmp_path / 'c.pth')
    how = dict(data=coco_folder, device='cpu', slice_size=200, say=lambda _: None, **QUICK)
    found = compare_slicing(tmp_path / 'c.py', checkpoint, out=tmp_path / 'out', **how)
    assert list(found) == ['bbox', 'segm']
    assert found['segm'].sliced == found['segm'].images == 4
    for stem in ('slicing', 'slicing.segm'):
        assert (tmp_path / f'out/{stem}.json').is_file()
        assert (tmp_path / f'out/{stem}.png').is_file()

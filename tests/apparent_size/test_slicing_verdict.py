from dataclasses import replace

import pytest

from res2net_mm.apparent_size.slicing_verdict import BOTH, SLICES, WHOLE, Slicing
from res2net_mm.evaluation import COCO_BINS, Comparison, SizeBin, evaluate_by_size
from res2net_mm.evaluation.comparison import BinComparison, Difference

TRUTH = dict(
    images=[dict(id=1, width=100, height=100)],
    annotations=[dict(id=1, image_id=1, category_id=1, bbox=[10, 10, 40, 40], area=1600)],
    categories=[dict(id=1, name='a')],
)
FOUND = [dict(image_id=1, category_id=1, score=1, bbox=[10, 10, 40, 40])]


def comparison(**gains):
    """A comparison with these gains in points; 1 point is beyond noise, and 30 objects a bin."""

    def column(size_bin, gain):
        gain /= 100
        found = Difference(a=0.4, b=0.4 + gain, low=gain - 0.009, high=gain + 0.009, b_wins=0.5)
        return BinComparison(size_bin, 30, {'AP': found})

    bins = tuple(column(b, gains.get(b.name, 0)) for b in COCO_BINS)
    overall = column(SizeBin('all'), gains.get('overall', 0))
    return Comparison(overall=overall, bins=bins, classes=(), resamples=100, level=0.95)


def verdict(slices, both, sliced=1):
    result = evaluate_by_size(TRUTH, FOUND)
    return Slicing(
        slice_size=320,
        overlap=0.2,
        images=1,
        sliced=sliced,
        results=dict.fromkeys((WHOLE, SLICES, BOTH), result),
        seconds={WHOLE: 0.1, SLICES: 0.4, BOTH: 0.52},
        comparisons={SLICES: slices, BOTH: both},
    )


def test_the_better_of_two_ways_that_gain_is_taken():
    low = comparison(overall=2, small=5)
    high = comparison(overall=6, small=9, large=-3)
    use, reason = verdict(slices=low, both=high).recommend()
    assert use == BOTH
    assert reason == (
        'Slice at 320 px and merge with the whole image: AP of all sizes changes by +6.0 points '
        '(+5.1 to +6.9), small (+9.0) objects gain, large (−3.0) objects lose, at 5.2 times the '
        'time per image.'
    )
    use, reason = verdict(slices=high, both=low).recommend()
    assert use == SLICES
    assert 'without the whole image' in reason
    assert '4.0 times' in reason


def test_gains_at_one_size_only_are_left_to_the_user():
    use, reason = verdict(
        slices=comparison(overall=-2, small=4, large=-9), both=comparison(small=3)
    ).recommend()
    assert use == WHOLE
    assert reason.startswith('Slice only if small objects matter more than the others: with slic')
    assert 'large (−9.0) objects lose' in reason


@pytest.mark.parametrize(
    ('gains', 'told'),
    [({}, 'no size gains beyond noise; '), ({'overall': -4, 'large': -8}, 'large (−8.0) objects')],
)
def test_where_nothing_gains_the_whole_image_stays(gains, told):
    use, reason = verdict(slices=comparison(**gains), both=comparison(**gains)).recommend()
    assert use == WHOLE
    assert reason.startswith('Do not slice: no size gains beyond noise')
    assert told in reason
    assert 'take 5.2 times the time per image' in reason


def test_few_objects_recommend_nothing():
    few = comparison(overall=9, small=9)
    few = replace(
        few,
        overall=replace(few.overall, objects=5),
        bins=tuple(replace(column, objects=5) for column in few.bins),
    )
    assert verdict(slices=few, both=few).recommend()[0] == WHOLE


def test_the_table_has_ways_differences_and_times():
    slicing = verdict(slices=comparison(small=4), both=comparison(small=2))
    lines = slicing.table().splitlines()
    cells = [line.split() for line in lines]
    assert cells[1] == ['small', 'medium', 'large', 'all', 's/image']
    assert cells[2][:2] == ['AP,', 'whole']
    assert cells[4][-1] == '0.520'
    assert cells[5][:4] == ['slices', '-', 'whole', '+4.0']
    assert lines[-1] == slicing.recommend()[1]
    content = slicing.to_dict()
    assert content['recommendation']['reason'] == lines[-1]
    assert set(content['ways']) == {WHOLE, SLICES, BOTH}
    assert content['ways'][BOTH]['seconds_per_image'] == 0.52

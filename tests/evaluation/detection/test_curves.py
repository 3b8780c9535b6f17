"""Segments of events against loops over each curve."""

import numpy as np
import pytest

from res2net_mm.evaluation.detection.curves import Curves


@pytest.mark.parametrize('levels', [None, np.linspace(0, 1, 11)])
def test_every_segment_is_scored_by_itself(levels):
    random = np.random.default_rng(0)
    lengths = [3, 0, 1, 40]
    segment = np.repeat(np.arange(4), lengths)
    curves = Curves(segment, 4, levels)
    steps = random.integers(0, 3, len(segment))
    right, precision = curves.running(steps), random.random(len(segment))
    total = np.array([7, 5, 0, 70])
    ap = curves.average(right, precision, total)
    assert ap[1] == 0
    for k in (0, 2, 3):
        of, at = steps[segment == k].cumsum(), precision[segment == k]
        assert right[segment == k].tolist() == of.tolist()
        recall, best = of / max(total[k], 1), [at[i:].max() for i in range(len(at))]
        if levels is None:
            expected = (np.diff(recall, prepend=0) * best).sum()
        else:
            places = [np.searchsorted(recall, level) for level in levels]
            expected = np.mean([best[i] if i < len(at) else 0 for i in places])
        assert ap[k] == pytest.approx(expected)
    assert curves.last(right).tolist() == [right[2], 0, right[3], right[-1]]
    assert curves.sum(steps).tolist() == [steps[segment == k].sum() for k in range(4)]

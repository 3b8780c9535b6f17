"""Which differences between two predictions are accepted."""

import numpy as np
import pytest

from res2net_mm.deploy.export.agreement import Agreement, match_boxes
from res2net_mm.errors import UserError


def boxes(rows):
    rows = np.asarray(rows, np.float32).reshape(-1, 6)
    return dict(boxes=rows[:, :4], scores=rows[:, 4], labels=rows[:, 5].astype(int))


def batch(image):
    return {name: array[None] for name, array in image.items()}


ROWS = [[0, 0, 10, 10, 0.9, 1], [20, 20, 60, 50, 0.5, 0], [5, 5, 9, 9, 0.1, 2]]


def compare(expected, found, *, perturbed=None):
    agreement = Agreement('detection')
    again = perturbed and (lambda: [[boxes(perturbed)], [boxes(expected)]])
    agreement.compare([boxes(expected)], batch(boxes(found)), again)
    return agreement


def test_equal_boxes_in_any_order_beside_unused_rows():
    agreement = compare(ROWS, [*ROWS[::-1], [0, 0, 0, 0, 0, -1]])
    assert agreement.compared == 3
    assert str(agreement) == (
        '3 boxes of 1 images agree with PyTorch (score difference 0, least IoU 1)'
    )


@pytest.mark.parametrize(
    ('row', 'column', 'by'), [(0, 4, 0.01), (1, 0, 5), (0, 5, 1)], ids=['score', 'place', 'label']
)
def test_a_box_that_differs(row, column, by):
    other = np.array(ROWS)
    other[row, column] += by
    with pytest.raises(UserError, match=r'nothing was written: of 3 boxes .* file 2, the best'):
        compare(ROWS, other)


@pytest.mark.parametrize(('a', 'b'), [(ROWS, ROWS[1:]), (ROWS[1:], ROWS)], ids=['lost', 'added'])
def test_a_box_on_one_side_only(a, b):
    with pytest.raises(UserError, match=r'in the file 1, the best of score 0\.9000, have no'):
        compare(a, b)


def test_a_box_as_good_as_the_least_may_be_on_one_side_only():
    assert compare([*ROWS, [70, 70, 80, 80, 0.1003, 0]], ROWS).compared == 3


def test_boxes_that_are_a_matter_of_chance():
    """Where PyTorch itself finds other boxes, up to twice as many may differ in the file."""
    perturbed = [[0, 0, 10, 10, 0.9, 2], *ROWS[1:]]  # one lost, one come
    found = [[0, 0, 10, 10, 0.9, 0], [20, 20, 60, 50, 0.5, 1], ROWS[2]]  # two lost, two come
    agreement = compare(ROWS, found, perturbed=perturbed)
    assert (agreement.compared, agreement.unmatched, agreement.unmatched_perturbed) == (1, 4, 2)
    assert '4 boxes have no match, where 2 have none between PyTorch' in str(agreement)
    with pytest.raises(UserError, match=r'file 5, .*up to 4 may'):
        compare(ROWS, [*found, [70, 70, 80, 80, 0.8, 0]], perturbed=perturbed)


@pytest.mark.parametrize(('column', 'name'), [(0, 'boxes'), (4, 'scores')])
def test_what_is_not_finite_agrees_with_nothing(column, name):
    other = np.array(ROWS)
    other[0, column] = np.nan
    with pytest.raises(UserError, match=f'{name} in the file are not finite'):
        compare(ROWS, other)


def test_no_boxes_on_either_side_are_none_compared():
    assert compare([], []).compared == 0


def test_labels():
    labels = np.zeros((40, 50), int)
    other, chance = labels.copy(), labels.copy()
    other[:2], chance[0] = 1, 1

    def compare(found, perturbed):
        agreement = Agreement('segmentation')
        agreement.compare(
            [dict(labels=labels)], batch(dict(labels=found)), lambda: [[dict(labels=perturbed)]]
        )
        return agreement

    assert compare(labels, labels).compared == 2000
    with pytest.raises(UserError, match=r'5\.00% of the pixels .*0\.00% in PyTorch'):
        compare(other, labels)
    assert 'share of other labels 0.05' in str(compare(other, chance))
    with pytest.raises(UserError, match='labels are'):
        compare(labels[1:], labels)


@pytest.mark.parametrize('wrong', [1.001, np.nan])
def test_maps(wrong):
    agreement = Agreement('features')
    maps = {'stage1': np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 4)}
    agreement.compare([maps], batch(maps))
    with pytest.raises(UserError, match='map stage1 differs'):
        agreement.compare(
            [maps], batch({'stage1': maps['stage1'] * np.float32(wrong)}), lambda: [maps]
        )


def prediction(*rows):
    rows = np.asarray(rows, float).reshape(-1, 6)
    return dict(boxes=rows[:, :4], scores=rows[:, 4], labels=rows[:, 5].astype(int))


def test_each_box_has_one_match_and_the_rest_have_none():
    one, close = (0, 0, 100, 100, 0.9, 1), (0, 0, 100, 99, 0.9, 1)
    matches = match_boxes(prediction(one, one), prediction(close, one, (*one[:4], 0.5, 1)))
    assert sorted(matches.indices) == [0, 1]
    assert sorted(matches.ious) == [0.99, 1]
    assert matches.unmatched.tolist() == [0.5]


def test_label_score_and_overlap_must_agree():
    box = (0, 0, 10, 10, 0.9, 1)
    for other in ((*box[:5], 2), (*box[:4], 0.8, 1), (5, *box[1:])):
        matches = match_boxes(prediction(box), prediction(other))
        assert matches.indices.tolist() == [-1]
        assert len(matches.unmatched) == 2


def test_nothing_matches_nothing():
    assert len(match_boxes(prediction(), prediction()).unmatched) == 0


def test_scores_of_a_classifier():
    expected = dict(scores=np.array([0.7, 0.2, 0.1], np.float32))
    agreement = Agreement('classification')
    agreement.compare([expected], dict(scores=expected['scores'][None] + 5e-4))
    assert str(agreement) == '3 scores of 1 images agree with PyTorch (score difference 0.0005)'
    other = dict(scores=np.array([[0.6, 0.3, 0.1]], np.float32))
    with pytest.raises(UserError, match=r'nothing was written: a score differs by 0\.1 \(0 in'):
        Agreement('classification').compare([expected], other)
    with pytest.raises(UserError, match='a score differs by nan'):
        Agreement('classification').compare([expected], dict(scores=np.full((1, 3), np.nan)))
    near = dict(scores=np.array([0.65, 0.25, 0.1], np.float32))  # of PyTorch on a noisy image
    agreement = Agreement('classification')
    agreement.compare([expected], other, lambda: [[near]])
    assert agreement.compared == 3

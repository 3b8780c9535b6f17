"""What counts as saying the same, and what does not."""

import numpy as np
import pytest

from res2net_mm.deploy.export.agreement import Agreement
from res2net_mm.errors import UserError


def boxes(rows):
    rows = np.asarray(rows, np.float32).reshape(-1, 6)
    return dict(boxes=rows[:, :4], scores=rows[:, 4], labels=rows[:, 5].astype(int))


def batch(image):
    return {name: array[None] for name, array in image.items()}


ROWS = [[0, 0, 10, 10, 0.9, 1], [20, 20, 60, 50, 0.5, 0], [5, 5, 9, 9, 0.1, 2]]


def compare(expected, found):
    agreement = Agreement('detection')
    agreement.compare([boxes(expected)], batch(boxes(found)))
    return agreement


def test_equal_boxes_in_any_order_beside_filled_up_rows():
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
    with pytest.raises(UserError, match='nothing was written: 1 of 3 boxes, the best'):
        compare(ROWS, other)


@pytest.mark.parametrize(('a', 'b'), [(ROWS, ROWS[1:]), (ROWS[1:], ROWS)], ids=['lost', 'added'])
def test_a_box_on_one_side_only(a, b):
    with pytest.raises(UserError, match=r'1 of \d boxes, the best of score 0\.9000, have no'):
        compare(a, b)


def test_a_box_as_good_as_the_least_may_be_on_one_side_only():
    assert compare([*ROWS, [70, 70, 80, 80, 0.1003, 0]], ROWS).compared == 3


def test_one_of_fifty_may_be_alone_on_either_side():
    many = [[9 * i, 0, 9 * i + 8, 8, 0.9 - i / 100, 0] for i in range(50)]
    other = [[9000, 0, 9008, 8, 0.8, 0], *many[1:]]
    agreement = compare(many, other)
    assert agreement.compared == 49
    assert str(agreement).endswith('(score difference 0, least IoU 1), 2 have no partner')
    with pytest.raises(UserError, match='1 of 49 boxes'):
        compare(many[:-1], other[:-1])


def test_no_boxes_on_either_side_are_none_compared():
    assert compare([], []).compared == 0


def test_labels():
    agreement = Agreement('segmentation')
    labels = np.zeros((40, 50), int)
    agreement.compare([dict(labels=labels)], batch(dict(labels=labels)))
    assert agreement.compared == 2000
    other = labels.copy()
    other[:2] = 1
    with pytest.raises(UserError, match=r'5\.00% of the pixels'):
        agreement.compare([dict(labels=labels)], batch(dict(labels=other)))
    with pytest.raises(UserError, match='labels are'):
        agreement.compare([dict(labels=labels)], batch(dict(labels=labels[1:])))


@pytest.mark.parametrize('wrong', [1.001, np.nan])
def test_maps(wrong):
    agreement = Agreement('features')
    maps = {'stage1': np.linspace(-1, 1, 24, dtype=np.float32).reshape(2, 3, 4)}
    agreement.compare([maps], batch(maps))
    with pytest.raises(UserError, match='map stage1 differs'):
        agreement.compare([maps], batch({'stage1': maps['stage1'] * np.float32(wrong)}))

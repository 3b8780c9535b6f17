import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from res2net_mm.errors import UserError
from res2net_mm.prediction.slices import Found, join_slices, merge_overlapping, slice_windows


def found(boxes, scores, labels, masks=None):
    boxes = np.array(boxes, np.float32).reshape(-1, 4)
    return Found(boxes, np.array(scores, np.float32), np.array(labels, np.int64), masks)


@given(
    st.integers(1, 300), st.integers(1, 300), st.integers(1, 120), st.sampled_from([0, 0.2, 0.5])
)
def test_windows_cover_the_image_and_have_one_size(height, width, side, overlap):
    covered = np.zeros((height, width), bool)
    for x1, y1, x2, y2 in slice_windows(height, width, side, overlap):
        assert (x2 - x1, y2 - y1) == (min(side, width), min(side, height))
        covered[y1:y2, x1:x2] = True
    assert covered.all()


def test_windows_overlap_as_asked():
    assert slice_windows(100, 260, 100, 0.2) == [
        (0, 0, 100, 100),
        (80, 0, 180, 100),
        (160, 0, 260, 100),
    ]


def test_bad_windows_are_errors():
    with pytest.raises(UserError, match='slice_size=0 must be 1 or more'):
        slice_windows(10, 10, 0)
    with pytest.raises(UserError, match='overlap=1 must be'):
        slice_windows(10, 10, 5, 1)


def test_boxes_and_masks_of_windows_are_moved_into_the_image():
    mask = np.ones((1, 4, 4), bool)
    joined = join_slices([((10, 20, 14, 24), found([[0, 0, 4, 4]], [0.5], [1], mask))], (30, 40))
    assert joined.boxes.tolist() == [[10, 20, 14, 24]]
    assert joined.masks.shape == (1, 30, 40)
    assert joined.masks[0, 20:24, 10:14].all()
    assert joined.masks.sum() == 16


def test_halves_of_an_object_become_one_and_neighbours_stay_two():
    whole = found(
        [[0, 0, 10, 10], [0, 0, 4, 10], [3, 0, 20, 10], [0, 0, 10, 10]],
        [0.8, 0.9, 0.3, 0.7],
        [0, 0, 0, 1],
    )
    merged = merge_overlapping(whole)
    # The half goes with the whole (it lies in it); what shares less than half of itself stays, and
    # so does another class.
    assert merged.boxes.tolist() == [[0, 0, 10, 10], [0, 0, 10, 10], [3, 0, 20, 10]]
    assert merged.scores.tolist() == pytest.approx([0.9, 0.7, 0.3])
    assert merged.labels.tolist() == [0, 1, 0]


def test_masks_of_one_object_are_united():
    masks = np.zeros((2, 2, 10), bool)
    masks[0, :, :6] = masks[1, :, 4:] = True
    merged = merge_overlapping(found([[0, 0, 6, 2], [2, 0, 10, 2]], [0.9, 0.8], [0, 0], masks))
    assert merged.boxes.tolist() == [[0, 0, 10, 2]]
    assert merged.masks.all()


def test_nothing_found_stays_nothing():
    assert len(merge_overlapping(found([], [], []))) == 0


def test_an_unsure_box_is_taken_in_and_stretches_nothing():
    small, wide = [4, 4, 8, 8], [0, 0, 20, 10]
    merged = merge_overlapping(found([small, wide, wide], [0.9, 0.24, 0.1], [0, 0, 1]))
    assert merged.boxes.tolist() == [small, wide]
    assert merged.labels.tolist() == [0, 1]
    sure = merge_overlapping(found([small, wide], [0.9, 0.3], [0, 0]))
    assert sure.boxes.tolist() == [wide]

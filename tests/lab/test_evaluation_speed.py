import pytest

from lab.evaluation_speed import compare_speed, draw


@pytest.mark.slow
def test_both_are_run_on_the_same_data_and_agree():
    said = []
    ours, theirs = compare_speed(
        images=20,
        boxes=100,
        classes=5,
        detections=800,
        iou_type='segm',
        errors=True,
        say=said.append,
    )
    assert max(abs(a - b) for a, b in zip(ours.stats, theirs.stats, strict=True)) < 1e-6
    assert 0.05 < ours.stats[0] < 0.95
    assert min(ours.seconds, ours.cpu, ours.gib, theirs.seconds, theirs.cpu, theirs.gib) > 0
    assert 'times faster' in said[-1]


def test_drawn_data_is_as_large_as_asked_and_the_same_again():
    truth, results = draw(9, 50, 4, 300, iou_type='bbox', seed=1)
    assert [len(truth[key]) for key in ('images', 'annotations', 'categories')] == [9, 50, 4]
    assert len(results) == 300
    assert (truth, results) == draw(9, 50, 4, 300, iou_type='bbox', seed=1)
    assert results != draw(9, 50, 4, 300, iou_type='bbox', seed=2)[1]

"""Answers are stacked by name, ranked as a literal sort ranks them, written and read again."""

import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.evaluation.classification.classified_images import (
    CLASSIFIED_FILE,
    read_classified,
    stack_images,
    write_classified,
)

CLASSES = tuple('abcdefg')


def rows(count=30, seed=0):
    rng = np.random.default_rng(seed)
    return [(f'{i:02d}.png', int(rng.integers(7)), rng.random(7)) for i in rng.permutation(count)]


def test_ranks_are_those_of_a_sort():
    images = stack_images(rows(), CLASSES)
    for name, truth, scores in rows():
        i = images.images.tolist().index(name)
        order = sorted(range(7), key=lambda label: -scores[label])
        assert images.rank[i] == order.index(truth)
        assert images.predicted[i] == order[0]
        assert images.score[i] == np.float32(max(scores))
    assert images.images.tolist() == sorted(images.images)


def test_a_model_that_says_the_same_of_all_classes_is_never_right():
    images = stack_images([('a', 0, np.full(7, 1 / 7)), ('b', 6, np.full(7, 1 / 7))], CLASSES)
    assert images.rank.tolist() == [6, 6]


def test_sizes_go_by_name_and_may_be_unknown():
    images = stack_images(rows(2), CLASSES, {'00.png': 12.0})
    assert images.size[0] == 12
    assert np.isnan(images.size[1])


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        ([], 'no images'),
        ([('a', 7, np.ones(7))], 'labels from 7 to 7'),
        ([('a', -1, np.ones(7))], 'labels from -1'),
        ([('a', 0, np.ones(6))], 'scores 6 classes, and the data has 7'),
    ],
)
def test_what_does_not_fit_is_refused(given, message):
    with pytest.raises(UserError, match=message):
        stack_images(given, CLASSES)


def test_written_and_read_again(tmp_path):
    images = stack_images(rows(), CLASSES, {'00.png': 12.0})
    again = read_classified(write_classified(images, tmp_path / 'run').parent)
    assert again.classes == images.classes
    for name in ('images', 'truth', 'rank', 'predicted', 'score', 'size'):
        assert np.array_equal(getattr(again, name), getattr(images, name), equal_nan=name == 'size')


@pytest.mark.parametrize('content', [None, b'', b'PK\x03\x04nothing'])
def test_a_damaged_file_is_one_error(tmp_path, content):
    if content is not None:
        (tmp_path / CLASSIFIED_FILE).write_bytes(content)
    with pytest.raises(UserError, match='cannot read the answers of a classifier'):
        read_classified(tmp_path)


def test_a_file_of_other_arrays_is_refused(tmp_path):
    images = stack_images(rows(), CLASSES)
    arrays = {n: getattr(images, n) for n in ('images', 'truth', 'rank', 'predicted', 'score')}
    np.savez(tmp_path / CLASSIFIED_FILE, classes=CLASSES, size=np.zeros(3), **arrays)
    with pytest.raises(UserError, match='size does not fit'):
        read_classified(tmp_path)

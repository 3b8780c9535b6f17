"""Rare sizes are drawn more often, alike in every process and after a resume."""

import numpy as np
import pytest
from mmengine.dataset import sampler as mmengine_sampler
from torch.utils.data import DataLoader

from res2net_mm.data.detection.size_balance import (
    MOST,
    SizeBalancedSampler,
    balanced_weights,
    count_boxes,
)
from res2net_mm.engine.runs.data_loading import seed_batches
from res2net_mm.errors import UserError
from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.registry import DATA_SAMPLERS

SIDES = {'s': 10, 'm': 50, 'l': 100}


class Images(list):
    """Images given by their boxes: ``'ssl'`` has two small ones and a large one."""

    def get_data_info(self, index):
        entries = [
            dict(bbox=[5, 5, 5 + SIDES[k.lower()], 5 + SIDES[k.lower()]], ignore_flag=k.isupper())
            for k in self[index]
        ]
        return dict(height=200, width=300, instances=entries)


def drawn(images, epochs=1, **options):
    sampler = SizeBalancedSampler(images, seed=0, **options)
    indices = []
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        indices += list(sampler)
    return np.bincount(indices, minlength=len(images)) / epochs


def test_boxes_are_counted_by_bin_without_ignored_ones():
    images = Images(['ssl', 'mS', ''])
    assert count_boxes(images, COCO_BINS).tolist() == [[2, 0, 1], [0, 1, 0], [0, 0, 0]]


def test_images_of_one_size_each_give_equally_many_boxes():
    images = Images(['sss'] * 6 + ['s'] * 2 + ['mm'] * 3 + ['l'] * 4)
    counts = count_boxes(images, COCO_BINS)
    weights = balanced_weights(counts)
    assert weights.mean() == pytest.approx(1)
    assert np.ptp(weights @ counts) < 1e-6
    assert weights[0] == pytest.approx(weights[7])  # of one bin, however many boxes


def test_sizes_that_go_together_are_balanced_as_far_as_factors_can():
    """By hand: 4 v + 3 w = v + x, where images weigh v = 0.8 w + 0.2 x, w and x: x = 13.5 w."""
    counts = np.array([[4.0, 1.0]] * 10 + [[3.0, 0.0]] * 10 + [[0.0, 1.0]] * 10)
    weights = balanced_weights(counts)
    assert np.ptp(weights @ counts) == pytest.approx(0, abs=1e-3)
    assert weights[20] / weights[10] == pytest.approx(13.5, rel=1e-3)
    scarce = counts[:22]  # now a factor would have to be larger than is allowed
    before, after = scarce.sum(axis=0), balanced_weights(scarce) @ scarce
    assert 1 < after[0] / after[1] < 0.5 * before[0] / before[1]


def test_no_image_is_drawn_too_often():
    counts = np.array([[1.0, 0.0]] * 1000 + [[0.0, 1.0]])
    weights = balanced_weights(counts)
    assert weights.max() == pytest.approx(MOST, rel=0.02)
    assert weights.mean() == pytest.approx(1)


@pytest.mark.parametrize('images', [['s', 'ssss', 's'], ['', '', ''], ['sl', 'sl', 'ssll']])
def test_what_cannot_be_balanced_is_drawn_once_each(images):
    assert drawn(Images(images)).tolist() == [1, 1, 1]


def test_images_without_boxes_keep_their_weight():
    images = Images(['s'] * 8 + ['l'] * 2 + [''] * 5)
    assert balanced_weights(count_boxes(images, COCO_BINS))[10:].tolist() == [1] * 5


def test_an_epoch_draws_each_image_as_its_weight_says():
    images = Images(['s'] * 9 + ['l'] * 3)
    one = drawn(images)
    assert one.sum() == 12
    assert (one[9:] == 2).all()  # 6 of 12 draws among three
    assert set(one[:9]) <= {0, 1}
    np.testing.assert_allclose(drawn(images, epochs=200)[:9], 6 / 9, atol=0.1)


def test_epochs_and_seeds_differ():
    sampler = SizeBalancedSampler(Images(['s'] * 9 + ['l'] * 3), seed=0)
    first = list(sampler)
    assert list(sampler) == first
    sampler.set_epoch(1)
    assert list(sampler) != first


def test_processes_share_an_epoch(monkeypatch):
    images = Images(['s'] * 9 + ['l'] * 2)
    whole = list(SizeBalancedSampler(images, seed=3))
    parts = []
    for rank in range(2):
        monkeypatch.setattr(mmengine_sampler, 'get_dist_info', lambda rank=rank: (rank, 2))
        sampler = SizeBalancedSampler(images, seed=3)
        parts.append(list(sampler))
        assert len(parts[-1]) == len(sampler) == 6
    together = [index for pair in zip(*parts, strict=True) for index in pair]
    assert together == [*whole, whole[0]]


def test_a_resumed_run_draws_what_is_left():
    images = Images(['s'] * 9 + ['l'] * 2)

    def batches(skip):
        sampler = SizeBalancedSampler(images, seed=3)
        loader = DataLoader(images, batch_size=2, sampler=sampler)
        numbered = seed_batches(loader, seed=3, rank=0)
        numbered.begin(skip, skip=skip, endless=True)
        drawn = iter(numbered)
        return [list(next(drawn)) for _ in range(15 - skip)]

    whole = batches(0)
    assert whole[:6] != whole[6:12]  # another epoch
    assert batches(8) == whole[8:]


def test_bins_of_ones_own():
    images = Images(['s'] * 9 + ['m'] * 3)
    assert drawn(images, bins=[60]).tolist() == [1] * 12  # all boxes lie above 60 px^2
    assert drawn(images, bins=[400])[9:].tolist() == [2] * 3
    with pytest.raises(UserError, match='size bin'):
        drawn(images, bins=['a'])


def test_a_config_finds_it_by_name():
    built = DATA_SAMPLERS.build(
        dict(type='res2net_mm.SizeBalancedSampler', dataset=Images(['s']), seed=0)
    )
    assert isinstance(built, SizeBalancedSampler)

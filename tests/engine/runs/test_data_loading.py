"""What is random is a function of seed, rank and iteration, whoever loads the batch."""

import pickle
import random

import numpy as np
import pytest
import torch
from mmcv.transforms import LoadImageFromFile
from mmengine.dataset import DefaultSampler, InfiniteSampler, pseudo_collate
from torch.utils.data import BatchSampler, DataLoader, Dataset, IterableDataset

from res2net_mm.engine.runs.data_loading import (
    LOADING,
    STEP,
    seed_batches,
    seed_iteration,
    unreadable_image_is_one_error,
)
from res2net_mm.errors import UserError


def draws():
    return random.random(), np.random.rand(), torch.rand(()).item()


class Noise:
    """A dataset of its index and of what each generator gives."""

    def __len__(self):
        return 10

    def __getitem__(self, index):
        return (int(index), *draws())


def loader(*, sampler=DefaultSampler, workers=0, batch_size=3):
    data = Noise()
    return DataLoader(
        data,
        batch_sampler=BatchSampler(sampler(data, seed=1), batch_size, drop_last=False),
        num_workers=workers,
        collate_fn=pseudo_collate,
    )


def batches(where, *, rank=0, count=None, endless=False, **options):
    """Return the batches from a place on: ``where`` is (iteration, skipped batches)."""
    made = loader(**options)
    placed = seed_batches(made, seed=7, rank=rank)
    placed.begin(where[0], skip=where[1], endless=endless)
    found = []
    for batch in made:
        found.append([tuple(map(float, part)) for part in batch])
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize('workers', [0, 2])
def test_an_epoch_can_be_entered_anywhere(workers):
    whole = batches((20, 0))
    assert len(whole) == 4
    for skip in range(5):
        assert batches((20 + skip, skip), workers=workers) == whole[skip:]


@pytest.mark.parametrize('sampler', [DefaultSampler, InfiniteSampler])
def test_an_endless_run_can_be_entered_anywhere(sampler):
    options = dict(sampler=sampler, endless=True)
    whole = batches((0, 0), count=12, **options)
    assert batches((9, 9), count=3, **options) == whole[9:]


def test_augmentation_differs_by_iteration_and_rank():
    first = batches((0, 0))
    assert len({tuple(batch[1]) for batch in first}) == 4
    assert batches((0, 0), rank=1)[0][1:] != first[0][1:]


@pytest.mark.parametrize(
    'change', [dict(seed=2), dict(rank=1), dict(iteration=2), dict(purpose=STEP)]
)
def test_every_part_of_a_place_counts(change):
    place = dict(seed=1, rank=0, iteration=1, purpose=LOADING)
    seed_iteration(**place)
    once = draws()
    seed_iteration(**place)
    assert draws() == once
    seed_iteration(**place | change)
    assert not set(draws()) & set(once)


def test_what_hooks_ask_a_loader_for_stays():
    made = loader()
    before = made.batch_sampler
    placed = seed_batches(made, seed=0, rank=0)
    assert made.batch_sampler is placed
    assert placed.sampler is before.sampler
    assert placed.batch_size == 3
    assert len(made) == 4
    assert list(made) == []  # an iterator made too early draws nothing from the sampler


def test_places_reach_spawned_workers():
    made = loader()
    placed = seed_batches(made, seed=0, rank=0)
    placed.begin(5, skip=0)
    batch = pickle.loads(pickle.dumps(next(iter(placed))))
    assert batch.iteration == 5
    assert len(pickle.loads(pickle.dumps(made.dataset)).__getitems__(batch)) == 3


def test_a_stream_has_no_places():
    class Stream(IterableDataset):
        def __iter__(self):
            return iter(range(3))

    assert seed_batches(DataLoader(Stream(), batch_size=None), seed=0, rank=0) is None


class Images(Dataset):
    def __init__(self, file):
        self.file = file

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return LoadImageFromFile()(dict(img_path=str(self.file)))


@pytest.mark.parametrize('workers', [0, 1])
def test_an_image_that_cannot_be_decoded_is_named(workers, tmp_path):
    (tmp_path / 'a.jpg').write_bytes(b'nothing')
    message = rf'^{tmp_path}/a\.jpg cannot be read: get it anew'
    with pytest.raises(UserError, match=message), unreadable_image_is_one_error():
        list(DataLoader(Images(tmp_path / 'a.jpg'), num_workers=workers))


def test_an_image_that_has_gone_is_named(tmp_path):
    message = rf'^{tmp_path}/a\.jpg cannot be read'
    with pytest.raises(UserError, match=message), unreadable_image_is_one_error():
        list(DataLoader(Images(tmp_path / 'a.jpg'), num_workers=1))


def test_other_errors_stay_as_they_are():
    with pytest.raises(AssertionError, match='else'), unreadable_image_is_one_error():
        raise AssertionError('else')

"""What recognised folders of all kinds of labels share."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from res2net_mm.data.recognised import RecognisedFolder, recognise_as, with_test_split
from res2net_mm.errors import UserError


@dataclass(frozen=True)
class Read:
    name: str
    files: list


class Folder(RecognisedFolder[Read]):
    def table(self):
        return [f'{name} {len(split.files)}' for name, split in self.splits.items()]


def folder_of(splits):
    return Folder(Path('pets'), 'coco', ('cat',), splits, 'pets: 2 images', ())


def test_the_val_split_stands_in_for_a_test_split_that_is_not_there():
    train, val, test = Read('train', []), Read('val', []), Read('test', [])
    splits = with_test_split({'train': train, 'val': val})
    assert [*splits] == ['train', 'val', 'test']
    assert splits['test'].name == 'test'
    assert splits['test'].files is val.files
    assert folder_of(splits).own_splits == {'train': train, 'val': val}
    for own in ({'train': train}, {'test': test}, {'val': val, 'test': test}):
        assert with_test_split(own) == own
        assert folder_of(own).own_splits == own


def test_every_split_of_its_own_is_made_ready(tmp_path):
    splits = with_test_split({'train': Read('train', ['a']), 'val': Read('val', ['b'])})

    def ready(folder, split):
        return replace(split, files=[f'{folder.layout}/{file}' for file in split.files])

    found = recognise_as('boxes', lambda *_: folder_of(splits), ready, tmp_path)
    files = {name: split.files for name, split in found.splits.items()}
    assert files == {'train': ['coco/a'], 'val': ['coco/b'], 'test': ['coco/b']}
    assert found.summary().splitlines() == ['pets: 2 images', '  train 1', '  val 1', '  test 1']


def test_a_folder_in_no_layout_is_an_error(tmp_path):
    with pytest.raises(UserError, match='holds no boxes in a known layout'):
        recognise_as('boxes', lambda *_: None, lambda _, split: split, tmp_path)

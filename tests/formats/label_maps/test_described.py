"""A YAML file that names the folders of each split."""

import pytest
from mask_folders import write_pairs

from res2net_mm.data import recognise_masks
from res2net_mm.errors import UserError
from res2net_mm.formats.label_maps.described import described_places

TEXT = """
train: {images: ../images/one, masks: masks/one}
val: {images: ../images/two, masks: masks/two}
classes: {0: unlabeled, 1: a, 5: b}
"""


def test_images_may_lie_beside_the_folder(tmp_path):
    root = tmp_path / 'set'
    for name in ('one', 'two'):
        write_pairs(tmp_path / 'images' / name, root / 'masks' / name, (0, 1, 5), count=3)
    (root / 'config.yaml').write_text(TEXT)
    folder = recognise_masks(root, tmp_path / 'out')
    assert {name: len(s.files.images) for name, s in folder.splits.items()} == {
        'train': 3,
        'val': 3,
        'test': 3,
    }
    assert folder.labels.classes == ('a', 'b')
    assert folder.splits['train'].files.image_dir == tmp_path / 'images/one'
    assert folder.findings == ()
    write_pairs(tmp_path / 'images/four', root / 'masks/four', (0, 1), count=2)
    (found,) = recognise_masks(root, tmp_path / 'out').findings
    assert (found.count, found.examples[0]) == (2, 'masks/four/four_0.png')
    (root / 'masks/two').rename(root / 'masks/three')
    with pytest.raises(UserError, match=r'names the folder masks/two of val, which is not there'):
        described_places(root)


@pytest.mark.parametrize('text', ['names: [a, b]\ntrain: images/train', 'a: [', '[]', ''])
def test_other_files_describe_no_label_maps(text, tmp_path):
    (tmp_path / 'data.yaml').write_text(text)
    assert described_places(tmp_path) is None

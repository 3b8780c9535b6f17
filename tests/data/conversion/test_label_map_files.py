"""Label maps are written as a tree that is read alike."""

import numpy as np
import pytest
from mask_folders import write_masked
from PIL import Image

from res2net_mm.data.checks.check_data import check_data
from res2net_mm.data.conversion.convert_data import convert_data
from res2net_mm.formats import LABEL_MAPS, Findings, read_folder
from tests.data.conversion.converted import pixels_of_their_own


@pytest.mark.parametrize(
    ('labels', 'ignore_index'), [((0, 1, 2), 255), ((0, 1, 2, 255), 255), ((0, 1, 2), 0)]
)
def test_label_maps_become_a_tree_with_a_class_table(labels, ignore_index, tmp_path):
    names = 'sky\nroad\ncar\n' if ignore_index else 'void\nroad\ncar\n'
    root = write_masked(tmp_path / 'set', labels, names=names)
    pixels_of_their_own(root)
    said = convert_data(root, tmp_path / 'out', to='masks')
    assert 'set: label maps, train 5 images, val 5' in str(said)
    found = check_data(tmp_path / 'out', picture=tmp_path / 'p.png')
    assert found.clean, str(found)
    (_, splits) = read_folder(tmp_path / 'out', LABEL_MAPS, Findings())
    assert {name: len(part.images) for name, part in splits.items()} == {'train': 5, 'val': 5}
    for new in splits['train'].map_files:
        old = root / 'annotations/train' / new.name
        assert np.array_equal(Image.open(new), Image.open(old))
    table = (tmp_path / 'out/classes.csv').read_text().split()
    rows = ['0,sky', '1,road', '2,car'] if ignore_index else ['0,ignored', '1,road', '2,car']
    assert table == ['pixel_value,name', *rows]

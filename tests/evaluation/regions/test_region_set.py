"""The file of a run's regions."""

import numpy as np
import pytest
from test_region_scores import evaluate

from res2net_mm.errors import UserError
from res2net_mm.evaluation.regions import read_regions, score_regions, write_regions


def test_a_file_holds_the_run(make_maps, tmp_path):
    result = evaluate(make_maps(0), bins=None)
    path = write_regions(result.regions, tmp_path / 'new' / 'run.npz')
    read = read_regions(path)
    assert score_regions(read) == result
    assert read.images.tolist() == ['0.png', '1.png', '2.png']
    assert read.categories == result.regions.categories
    assert [file.name for file in path.parent.iterdir()] == ['run.npz']


def test_other_files_are_refused(tmp_path):
    np.savez(tmp_path / 'other.npz', a=np.zeros(3))
    np.savez(tmp_path / 'objects.npz', images=np.array([{}], dtype=object))
    (tmp_path / 'text.npz').write_text('no')
    for name in ('other', 'objects', 'text', 'missing'):
        with pytest.raises(UserError, match=rf'cannot read the regions of a run in .*{name}\.npz'):
            read_regions(tmp_path / f'{name}.npz')

"""What `size-curve` gives to the library."""

import pytest

from res2net_mm.cli import main


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.apparent_size.measure_size_curve',
        'size-curve a.py a.pth b.py b.pth --out o --data d --layout COCO --zooms 0.5 2/3 1 '
        '--names x y --bootstrap 5 --seed 1 --device cpu --max-memory 2.5 '
        '--cfg-options test_dataloader.num_workers=0',
    )
    assert given == dict(
        models=['a.py', 'a.pth', 'b.py', 'b.pth'],
        out='o',
        data='d',
        layout='COCO',
        zooms=[0.5, 2 / 3, 1.0],
        names=['x', 'y'],
        bootstrap=5,
        seed=1,
        device='cpu',
        max_memory=2.5,
        cfg_options={'test_dataloader.num_workers': 0},
    )


@pytest.mark.parametrize('text', ['1/0', 'half', ''])
def test_a_zoom_is_a_number_or_a_fraction(text, capsys):
    with pytest.raises(SystemExit):
        main('size-curve', ['a.py', 'a.pth', '--out', 'o', '--zooms', text])
    assert 'argument --zooms: invalid factor value' in capsys.readouterr().err


def test_what_is_not_given_is_left_to_the_library(call):
    given = call('res2net_mm.apparent_size.measure_size_curve', 'size-curve a.py a.pth --out o')
    assert given == dict(models=['a.py', 'a.pth'], out='o')

"""What `compare-slicing` gives to the library."""


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.apparent_size.compare_slicing',
        'compare-slicing a.py a.pth --out o --data d --layout COCO --slice 320 --overlap 0.3 '
        '--bootstrap 5 --seed 1 --device cpu --cfg-options test_dataloader.num_workers=0',
    )
    assert given == dict(
        config='a.py',
        checkpoint='a.pth',
        out='o',
        data='d',
        layout='COCO',
        slice_size=320,
        overlap=0.3,
        bootstrap=5,
        seed=1,
        device='cpu',
        cfg_options={'test_dataloader.num_workers': 0},
    )


def test_what_is_not_given_is_left_to_the_library(call):
    given = call('res2net_mm.apparent_size.compare_slicing', 'compare-slicing a.py a.pth --out o')
    assert given == dict(config='a.py', checkpoint='a.pth', out='o')

"""What `test` gives to the library."""


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.engine.evaluate',
        'test c.py w.pth --data d --classes a b --ignore-index 0 --out maps --show-dir s '
        '--work-dir w --launcher none --cfg-options a=1',
    )
    assert given == dict(
        config='c.py',
        checkpoint='w.pth',
        data='d',
        classes=['a', 'b'],
        ignore_index=0,
        out_dir='maps',
        show_dir='s',
        work_dir='w',
        launcher='none',
        cfg_options=dict(a=1),
    )


def test_what_is_not_given_is_left_to_the_library(call):
    given = call('res2net_mm.engine.evaluate', 'test c.py w.pth')
    assert given == dict(config='c.py', checkpoint='w.pth')

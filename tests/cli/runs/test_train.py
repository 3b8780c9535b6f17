"""What `train` gives to the library; tests/engine/test_train.py runs it."""


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.engine.train',
        'train c.py --data d --layout voc --classes a --ignore-index 0 --no-pretrained '
        '--balance-sizes '
        '--work-dir w --amp --fsdp --no-auto-scale-lr --deterministic --resume --launcher none '
        '--cfg-options a=1',
    )
    assert given == dict(
        config='c.py',
        data='d',
        layout='voc',
        classes=['a'],
        ignore_index=0,
        pretrained=False,
        balance_sizes=True,
        work_dir='w',
        amp=True,
        fsdp=True,
        auto_scale_lr=False,
        deterministic=True,
        resume=True,
        launcher='none',
        cfg_options=dict(a=1),
    )
    assert call('res2net_mm.engine.train', 'train c.py') == dict(config='c.py')

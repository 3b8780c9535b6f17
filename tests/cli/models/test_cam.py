"""What `cam` gives to the library."""


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.interpretability.class_activation.draw_class_activation',
        'cam c.py w.pth i.png -o o.png --target cat --top 2 --score-threshold 0.5 '
        '--method grad-cam --stages 1 4 --no-receptive-fields --block 0 --rf-size 64 '
        '--rf-draws 2 --seed 1 --device cpu',
    )
    assert given == dict(
        config='c.py',
        checkpoint='w.pth',
        image='i.png',
        out='o.png',
        target='cat',
        top=2,
        score_threshold=0.5,
        method='grad-cam',
        stages=[1, 4],
        receptive_fields=False,
        block=0,
        rf_size=64,
        rf_draws=2,
        seed=1,
        device='cpu',
    )

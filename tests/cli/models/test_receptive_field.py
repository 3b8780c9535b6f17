"""What `receptive-field` gives to the library."""


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.interpretability.receptive_fields.draw_preset_receptive_fields',
        'receptive-field res2net50 --weights random -o o.png --block 0 --size 64 --draws '
        '2 --seed 1',
    )
    assert given == dict(
        preset='res2net50', weights='random', out='o.png', block=0, size=64, draws=2, seed=1
    )

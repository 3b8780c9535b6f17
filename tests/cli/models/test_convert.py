"""What `convert` gives to the library."""


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.checkpoints.convert_checkpoint',
        'convert a.pth b.pth --to timm --dialect official --prefix backbone.',
    )
    assert list(given.values()) == ['a.pth', 'b.pth', 'timm', 'official', 'backbone.']

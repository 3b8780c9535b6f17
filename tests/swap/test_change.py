"""One change to a config, made in a copy and told in a line."""

from mmengine.config import Config

from res2net_mm.swap.change import Change, apply

PATH = ('model', 'neck', 0, 'in_channels')


def config():
    return Config(dict(model=dict(neck=[dict(type='FPN', in_channels=[1, 2])])))


def test_it_is_made_in_a_copy():
    cfg, value = config(), [3, 4]
    new = apply(cfg, [Change(PATH, value, 'the channels it reads', [1, 2])])
    assert new.model.neck[0].in_channels == [3, 4]
    assert cfg.model.neck[0].in_channels == [1, 2]
    new.model.neck[0].in_channels.append(5)
    assert value == [3, 4]


def test_settings_get_the_changes_inside_them():
    changes = [Change(PATH, 3, ''), Change(('model', 'head'), 4, '')]
    neck = config().model.neck[0]
    assert apply(neck, changes, path=PATH[:3]) == dict(type='FPN', in_channels=3)


def test_it_is_told_in_a_line():
    change = Change(PATH, dict(type=dict, depth=50), 'why', None)
    assert str(change) == 'model.neck[0].in_channels: None -> dict (why)'

"""A config is laid out once, however often MMEngine asks for its text."""

import pytest
from mmengine.config import Config

from res2net_mm.openmmlab.internals import format_each_config_once, formatting_module


@pytest.fixture
def laid_out(monkeypatch):
    """The texts that yapf was given."""
    module, given = formatting_module(), []
    original = module.FormatCode

    def record(text, **options):
        given.append(text)
        return getattr(original, 'function', original)(text, **options)

    monkeypatch.setattr(module, 'FormatCode', record)
    return given


def test_equal_configs_are_laid_out_once_and_others_anew(laid_out):
    cfg = Config(dict(a=1, b=[dict(c=2)]))
    plain = cfg.pretty_text
    format_each_config_once()
    format_each_config_once()  # a second run in the process
    texts = [Config(cfg.to_dict()).pretty_text for _ in range(3)]
    assert texts == [plain] * 3
    assert len(laid_out) == 2
    cfg.a = 3
    assert cfg.pretty_text == plain.replace('a = 1', 'a = 3')


def test_only_the_last_texts_are_kept(laid_out):
    format_each_config_once()
    for value in (*range(5), 4, 0):
        assert f'a = {value}' in Config(dict(a=value)).pretty_text
    assert len(laid_out) == 6

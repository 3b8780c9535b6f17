"""Shared options: left out where they are not given, and the same everywhere."""

from argparse import SUPPRESS, ArgumentParser

import pytest

from res2net_mm.cli import options


def parse(add, *arguments: str, **settings) -> dict:
    parser = ArgumentParser(argument_default=SUPPRESS)
    add(parser, **settings)
    return vars(parser.parse_args(arguments))


@pytest.mark.parametrize(
    ('add', 'settings'),
    [
        (options.add_config_options, {}),
        (options.add_data, dict(purpose='train on')),
        (options.add_labels, dict(of='masks')),
        (options.add_layout, dict(of='DIR')),
        (options.add_receptive_field, dict(prefix='rf-')),
    ],
)
def test_an_option_that_is_not_given_is_left_to_the_function(add, settings):
    assert parse(add, **settings) == {}


def test_settings_of_a_config_are_read_as_values():
    found = parse(options.add_config_options, '--cfg-options', 'a.b=3', 'c=[1,2]')
    assert found == dict(cfg_options={'a.b': 3, 'c': [1, 2]})


@pytest.mark.parametrize('text', ['train_cfg', '=3', 'a b=1'])
def test_a_setting_that_is_none_is_refused(text, capsys):
    with pytest.raises(SystemExit):
        parse(options.add_config_options, '--cfg-options', text)
    assert f'{text!r} is not KEY=VALUE' in capsys.readouterr().err


def test_both_spellings_of_the_local_rank_are_taken():
    for flag in ('--local_rank', '--local-rank'):
        assert parse(options.add_run, flag, '3') == dict(local_rank=3, verbose=False)


def test_scoring():
    given = [
        '--bins',
        '16',
        '32',
        '--by',
        'side',
        '--iou-type',
        'bbox',
        'segm',
        '--max-dets',
        '1',
        '10',
    ]
    found = parse(options.add_scoring, *given, default='none')
    assert found == dict(
        bins=['16', '32'], bins_by='side', iou_types=['bbox', 'segm'], max_dets=[1, 10], seed=0
    )

"""Measure how far the stages and splits of a network see, and draw it.

res2net-mm receptive-field res2net50_26w_4s
"""

from argparse import ArgumentParser
from typing import Any

from ..options import add_receptive_field


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('preset', help='a name that `res2net-mm presets` prints')
    add('--weights', help="file, URL or res2net://<preset>, or random; default the preset's own")
    add(
        '-o',
        '--out',
        metavar='FILE',
        help='picture to write; default <preset>_receptive_field.png, here',
    )
    add_receptive_field(parser)


def run(preset: str, **options: Any) -> None:
    from res2net_mm.interpretability.receptive_fields import draw_preset_receptive_fields

    draw_preset_receptive_fields(preset, **options)

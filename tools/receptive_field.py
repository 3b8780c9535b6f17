#!/usr/bin/env python
"""Measure how far a network's splits see: ``python tools/receptive_field.py res2net50_26w_4s``."""

import argparse

from res2net_mm.errors import exit_on_user_error
from res2net_mm.interpretability.receptive_fields import draw_preset_receptive_fields


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('preset', help='a name of tools/list_presets.py')
    parser.add_argument(
        '--weights', help="file, URL or res2net://<preset>, or random; default the preset's own"
    )
    parser.add_argument('-o', '--out', help='picture; default <preset>_receptive_field.png')
    parser.add_argument(
        '--block', type=int, default=-1, metavar='I', help='block to split; default -1, the last'
    )
    parser.add_argument('--size', type=int, default=320, help='px, side of the inputs; default 320')
    parser.add_argument('--draws', type=int, default=8, help='random inputs; default 8')
    parser.add_argument('--seed', type=int, default=0, help='of these')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        draw_preset_receptive_fields(args.pop('preset'), **args)


if __name__ == '__main__':
    main()

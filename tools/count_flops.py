#!/usr/bin/env python
"""Print parameters and GFLOPs of the published Res2Net-101 detectors beside the published ones.

Or, of any config named: ``tools/count_flops.py configs/retinanet_r2n50_fpn.py --size 800 1280``.
"""

import argparse

from res2net_mm.engine.complexity import SIZE, complexity_table, measure_complexity
from res2net_mm.errors import exit_on_user_error
from res2net_mm.openmmlab.config import load_config


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', nargs='?', help='config to count; default: the published table')
    parser.add_argument(
        '--size',
        nargs=2,
        type=int,
        default=SIZE,
        metavar=('H', 'W'),
        help=f'size of the image in px; default {SIZE[0]} {SIZE[1]}',
    )
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        if args.config is None:
            print(complexity_table(lambda name: load_config(f'res2net_mm::{name}.py')))
        else:
            found = measure_complexity(load_config(args.config), tuple(args.size))
            print(f'{args.config}: {found.params:.2f} M parameters, {found.gflops:.2f} GFLOPs')


if __name__ == '__main__':
    main()

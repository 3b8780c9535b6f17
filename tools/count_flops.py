#!/usr/bin/env python
"""Count parameters and GFLOPs: ``tools/count_flops.py configs/retinanet_r2n50_fpn.py``."""

import argparse

from res2net_mm.benchmark.complexity import SIZE, measure_complexity
from res2net_mm.errors import exit_on_user_error
from res2net_mm.openmmlab.config import load_config


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config file, or a name such as mmdet::retinanet/...py')
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
        found = measure_complexity(load_config(args.config), tuple(args.size))
        print(f'{args.config}: {found.params:.2f} M parameters, {found.gflops:.2f} GFLOPs')


if __name__ == '__main__':
    main()

#!/usr/bin/env python
"""Draw the demo set, train a small Res2Net model on it, test it, show what it sees."""

import argparse
from pathlib import Path

from res2net_mm import engine
from res2net_mm.errors import exit_on_user_error

CONFIGS = Path(__file__).parents[1] / 'configs'
DETECTOR = CONFIGS / 'faster_rcnn_r2n_light_fpn_demo.py'
SEGMENTER = CONFIGS / 'deeplabv3plus_r2n_light_demo.py'


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument('--config', default=DETECTOR, help=f'default {DETECTOR.name}')
    which.add_argument(
        '--segmentation',
        dest='config',
        action='store_const',
        const=SEGMENTER,
        help=f'the same as --config {SEGMENTER.name}',
    )
    parser.add_argument('--work-dir', help='where to write; default work_dirs/<config name>')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        engine.demo(args.config, work_dir=args.work_dir)


if __name__ == '__main__':
    main()

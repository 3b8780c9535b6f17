#!/usr/bin/env python
"""Check a folder of images before training on it: ``tools/check_data.py DIR --config CONFIG``.

Exit status: 0 if the data is clean, 1 if there are problems, 2 if it could not be checked.
"""

import argparse
import sys

from res2net_mm.data.checks.check_data import check_data
from res2net_mm.errors import exit_on_user_error


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('data', metavar='DIR', help='COCO or VOC layout, or images and label masks')
    parser.add_argument('--config', help='compare classes with this config, count after its resize')
    parser.add_argument('--classes', nargs='+', metavar='NAME', help='what labels in masks mean')
    parser.add_argument(
        '--ignore-index', type=int, metavar='N', help='the label in masks to leave out'
    )
    parser.add_argument(
        '--allow-empty', action='store_true', help='images without boxes are meant as background'
    )
    parser.add_argument(
        '--picture', metavar='PNG', help='default work_dirs/check_data/<name of DIR>.png'
    )
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> int:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        check = check_data(args.pop('data'), **args)
    print(check)
    return 0 if check.clean else 1


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python
"""Time the evaluation by size beside pycocotools, on drawn data of COCO's size."""

import argparse

from res2net_mm.errors import exit_on_user_error
from res2net_mm.evaluation.speed_benchmark import compare_speed


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument('--images', type=int, default=5000)
    parser.add_argument('--boxes', type=int, default=36_000)
    parser.add_argument('--classes', type=int, default=80)
    parser.add_argument('--detections', type=int, default=500_000)
    parser.add_argument('--iou-type', choices=['bbox', 'segm'], default='bbox')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        compare_speed(**args)


if __name__ == '__main__':
    main()

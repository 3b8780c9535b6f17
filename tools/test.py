#!/usr/bin/env python
"""Evaluate a checkpoint: ``python tools/test.py CONFIG CHECKPOINT``."""

import argparse
import os

from res2net_mm import engine
from res2net_mm.errors import exit_on_user_error
from res2net_mm.openmmlab.options import OptionAction


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file, or a name such as mmdet::retinanet/...py')
    parser.add_argument('checkpoint', help='trained weights, or an exported file')
    parser.add_argument('--data', metavar='DIR', help='test on this folder of images')
    parser.add_argument(
        '--classes', nargs='+', metavar='NAME', help='what the labels in masks of --data mean'
    )
    parser.add_argument(
        '--ignore-index', type=int, metavar='N', help='the label in masks of --data to leave out'
    )
    parser.add_argument('--work-dir', help='where to write; default work_dirs/<config name>')
    parser.add_argument('--show-dir', help='save the images with predictions drawn on them here')
    parser.add_argument(
        '--out',
        dest='out_dir',
        metavar='DIR',
        help='save the label maps that a segmenter predicts here, for tools/eval_by_size.py',
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=OptionAction, help='settings to override, key=value ...'
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    os.environ.setdefault('LOCAL_RANK', str(args.pop('local_rank')))
    with exit_on_user_error(debug=args.pop('debug')):
        engine.evaluate(args.pop('config'), args.pop('checkpoint'), **args)


if __name__ == '__main__':
    main()

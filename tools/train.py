#!/usr/bin/env python
"""Train a detector or segmenter: ``python tools/train.py configs/faster_rcnn_r2n50_fpn.py``."""

import argparse
import os

from res2net_mm import engine
from res2net_mm.errors import exit_on_user_error
from res2net_mm.openmmlab.options import OptionAction


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file, or a name such as mmdet::retinanet/...py')
    parser.add_argument('--data', metavar='DIR', help='train on this folder of images')
    parser.add_argument(
        '--classes', nargs='+', metavar='NAME', help='what the labels in masks of --data mean'
    )
    parser.add_argument(
        '--ignore-index', type=int, metavar='N', help='the label in masks of --data to leave out'
    )
    parser.add_argument(
        '--no-pretrained',
        action='store_true',
        help='start from random weights and unfreeze what the config freezes',
    )
    parser.add_argument('--work-dir', help='where to write; default work_dirs/<config name>')
    parser.add_argument('--amp', action='store_true', help='train in mixed precision')
    parser.add_argument(
        '--fsdp',
        action='store_true',
        help='split parameters, gradients and optimizer state over the processes',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action=argparse.BooleanOptionalAction,
        default=True,
        help='scale the learning rate to the batch size in use',
    )
    parser.add_argument(
        '--deterministic',
        action='store_true',
        help='the same weights each time: deterministic algorithms, and seed 0 if there is none',
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const=True,
        default=False,
        metavar='CHECKPOINT',
        help='go on with a run: from this checkpoint, or from the last whole one of the work dir',
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
        engine.train(args.pop('config'), pretrained=not args.pop('no_pretrained'), **args)


if __name__ == '__main__':
    main()

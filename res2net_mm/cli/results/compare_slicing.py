"""Say whether slices help a detector: whole image, slices and both merged, side by side.

res2net-mm compare-slicing CONFIG CHECKPOINT --data DIR --out slicing
res2net-mm compare-slicing CONFIG CHECKPOINT --slice 640 --out slicing

AP by object size with paired intervals, the time for an image, and a recommendation.
"""

from argparse import ArgumentParser
from typing import Any

from ..options import add_checkpoint, add_config, add_config_options, add_layout


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add_config(parser)
    add_checkpoint(parser, more=', or a file written by `res2net-mm export`')
    add('--out', required=True, metavar='DIR', help='folder to write into')
    add('--data', metavar='DIR', help='test on this folder of images')
    add_layout(parser, of='--data')
    add(
        '--slice',
        type=int,
        dest='slice_size',
        metavar='PX',
        help='side of the slices; default half the longer side of the middle image',
    )
    add(
        '--overlap',
        type=float,
        metavar='SHARE',
        help='share of a slice that its neighbour has, too; default 0.2',
    )
    add(
        '--bootstrap',
        type=int,
        metavar='N',
        help='draws of the images for the intervals; default 1000',
    )
    add('--seed', type=int, help='of the bootstrap; default 0')
    add('--device', help='default the GPU if there is one')
    add_config_options(parser)


def run(config: str, checkpoint: str, **options: Any) -> None:
    from res2net_mm.apparent_size import compare_slicing

    compare_slicing(config, checkpoint, **options)

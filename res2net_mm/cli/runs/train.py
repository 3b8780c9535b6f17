"""Train a detector or segmenter, validating as the config says.

res2net-mm train faster_rcnn_r2n50_fpn
res2net-mm train faster_rcnn_r2n50_fpn --data DIR
"""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from ..options import add_config, add_config_options, add_data, add_run


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add_config(parser)
    add_data(parser, purpose='train on')
    add(
        '--no-pretrained',
        dest='pretrained',
        action='store_false',
        help='start from random weights and unfreeze what the config freezes',
    )
    add(
        '--balance-sizes',
        action='store_true',
        help="draw a detector's images so that small, medium and large boxes weigh alike",
    )
    add_run(parser)
    add('--amp', action='store_true', help='train in mixed precision')
    add(
        '--fsdp',
        action='store_true',
        help='shard parameters, gradients and optimizer state over the processes',
    )
    add(
        '--auto-scale-lr',
        action=BooleanOptionalAction,
        help='scale the learning rate to the batch size in use; default yes',
    )
    add(
        '--deterministic',
        action='store_true',
        help='get the same weights each time: deterministic algorithms, seed 0 if there is none',
    )
    add(
        '--resume',
        nargs='?',
        const=True,
        metavar='CHECKPOINT',
        help='resume a run: from this checkpoint, or the last whole one of the work directory',
    )
    add_config_options(parser)


def run(config: str, **options: Any) -> None:
    from res2net_mm.engine import train

    train(config, **options)

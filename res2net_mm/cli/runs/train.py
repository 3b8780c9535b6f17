"""Train a detector or segmenter, validating as the config says.

res2net-mm train faster_rcnn_r2n50_fpn
res2net-mm train faster_rcnn_r2n50_fpn --data DIR
"""

import os
from argparse import SUPPRESS, ArgumentParser, BooleanOptionalAction
from typing import Any

from ..options import add_config, add_config_options, add_data, add_run


def add_options(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser)
    add_data(parser, purpose='train on')
    parser.add_argument(
        '--no-pretrained',
        dest='pretrained',
        action='store_false',
        default=SUPPRESS,
        help='start from random weights and unfreeze what the config freezes',
    )
    add_run(parser)
    parser.add_argument(
        '--amp', action='store_true', default=SUPPRESS, help='train in mixed precision'
    )
    parser.add_argument(
        '--fsdp',
        action='store_true',
        default=SUPPRESS,
        help='shard parameters, gradients and optimizer state over the processes',
    )
    parser.add_argument(
        '--auto-scale-lr',
        action=BooleanOptionalAction,
        default=SUPPRESS,
        help='scale the learning rate to the batch size in use; default yes',
    )
    parser.add_argument(
        '--deterministic',
        action='store_true',
        default=SUPPRESS,
        help='get the same weights each time: deterministic algorithms, seed 0 if there is none',
    )
    parser.add_argument(
        '--resume',
        nargs='?',
        const=True,
        default=SUPPRESS,
        metavar='CHECKPOINT',
        help='resume a run: from this checkpoint, or the last whole one of the work directory',
    )
    add_config_options(parser)


def run(config: str, *, local_rank: int, **options: Any) -> None:
    """Train."""
    from res2net_mm.engine import train

    os.environ.setdefault('LOCAL_RANK', str(local_rank))
    train(config, **options)

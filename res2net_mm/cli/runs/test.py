"""Evaluate a checkpoint or an exported model on the test split, by object or region size.

res2net-mm test faster_rcnn_r2n50_fpn work_dirs/faster_rcnn_r2n50_fpn/epoch_12.pth
"""

from argparse import ArgumentParser
from typing import Any

from ..options import add_checkpoint, add_config, add_config_options, add_data, add_run


def add_options(parser: ArgumentParser) -> None:
    add_config(parser)
    add_checkpoint(parser, more=', or a file written by `res2net-mm export`')
    add_data(parser, purpose='test on')
    add_run(parser)
    parser.add_argument(
        '--show-dir', metavar='DIR', help='save the images with predictions drawn on them here'
    )
    parser.add_argument(
        '--out',
        '--out-dir',
        dest='out_dir',
        metavar='DIR',
        help='save the label maps that a segmenter predicts here, for `res2net-mm eval-by-size`',
    )
    add_config_options(parser)


def run(config: str, checkpoint: str, **options: Any) -> None:
    from res2net_mm.engine import evaluate

    evaluate(config, checkpoint, **options)

"""Export a trained model into a file that an engine runs, once its answers agree with PyTorch's.

res2net-mm export CONFIG CHECKPOINT --to onnx
"""

from argparse import ArgumentParser
from typing import Any

from res2net_mm.file_kinds import EXPORTED_SUFFIXES

from ..options import add_checkpoint, add_config, add_config_options


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add_config(parser, more=', or a preset')
    add_checkpoint(parser)
    add('--to', choices=list(EXPORTED_SUFFIXES), help='default onnx')
    add('-o', '--out', metavar='FILE', help='file to write; default <config name>.<suffix>, here')
    add('--part', choices=['model', 'backbone'], help='backbone: its feature maps; default model')
    add('--without-masks', action='store_true', help='export the boxes of Mask R-CNN alone')
    add(
        '--int8',
        action='store_true',
        help='quantize, and evaluate the file on the test set before and after',
    )
    add(
        '--calibration',
        nargs='+',
        metavar='PATH',
        help='images or folders to calibrate int8 on; default 64 of the training set',
    )
    add(
        '--max-drop',
        type=float,
        metavar='X',
        help='loss of AP, mIoU or top-1 (0 to 1) that int8 may cost; default 0.02',
    )
    add(
        '--images',
        nargs='+',
        metavar='PATH',
        help='images or folders to check the file on; default the test set of the config',
    )
    add(
        '--thresholds',
        metavar='JSON',
        help='ap_by_size.json of an evaluation, whose best scores by size go into the file, for '
        '`predict --score by-size`',
    )
    add_config_options(parser)


def run(config: str, checkpoint: str, **options: Any) -> None:
    from res2net_mm.deploy.export.export_model import export_model

    export_model(config, checkpoint, **options)

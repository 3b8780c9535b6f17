"""Export a trained model into a file that an engine runs, once its answers agree with PyTorch's.

res2net-mm export CONFIG CHECKPOINT --to onnx
"""

from argparse import SUPPRESS, ArgumentParser
from typing import Any

from res2net_mm.file_kinds import EXPORTED_SUFFIXES

from ..options import add_checkpoint, add_config, add_config_options


def add_options(parser: ArgumentParser) -> None:
    """Declare the options."""
    add_config(parser, more=', or a preset')
    add_checkpoint(parser)
    parser.add_argument(
        '--to', choices=list(EXPORTED_SUFFIXES), default='onnx', help='default onnx'
    )
    parser.add_argument(
        '-o',
        '--out',
        metavar='FILE',
        default=SUPPRESS,
        help='file to write; default <config name>.<suffix>, here',
    )
    parser.add_argument(
        '--part',
        choices=['model', 'backbone'],
        default=SUPPRESS,
        help='backbone: its feature maps; default model',
    )
    parser.add_argument(
        '--without-masks',
        action='store_true',
        default=SUPPRESS,
        help='export the boxes of Mask R-CNN alone',
    )
    parser.add_argument(
        '--int8',
        action='store_true',
        default=SUPPRESS,
        help='quantize, and evaluate the file on the test set before and after',
    )
    parser.add_argument(
        '--calibration',
        nargs='+',
        metavar='PATH',
        default=SUPPRESS,
        help='images or folders to calibrate int8 on; default 64 of the training set',
    )
    parser.add_argument(
        '--max-drop',
        type=float,
        metavar='X',
        default=SUPPRESS,
        help='loss of AP or mIoU (0 to 1) that int8 may cost; default 0.02',
    )
    parser.add_argument(
        '--images',
        nargs='+',
        metavar='PATH',
        default=SUPPRESS,
        help='images or folders to check the file on; default the test set of the config',
    )
    add_config_options(parser)


def run(config: str, checkpoint: str, **options: Any) -> None:
    """Export the model."""
    from res2net_mm.deploy.export.export_model import export_model

    export_model(config, checkpoint, **options)

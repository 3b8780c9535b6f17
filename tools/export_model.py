#!/usr/bin/env python
"""Export a trained model: ``python tools/export_model.py CONFIG CHECKPOINT --to onnx``."""

import argparse

from res2net_mm.deploy.export import FORMATS
from res2net_mm.deploy.export.export_model import MAX_DROP, PARTS, export_model
from res2net_mm.errors import exit_on_user_error
from res2net_mm.openmmlab.options import OptionAction


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'config', help='config file, or a name such as mmdet::retinanet/...py, or a preset'
    )
    parser.add_argument('checkpoint', help='trained weights')
    parser.add_argument('--to', choices=list(FORMATS), default='onnx', help='default onnx')
    parser.add_argument('-o', '--out', help='file to write; default <config name>.<suffix> here')
    parser.add_argument(
        '--part', choices=PARTS, default='model', help='backbone: its feature maps; default model'
    )
    parser.add_argument(
        '--without-masks', action='store_true', help='export the boxes of Mask R-CNN alone'
    )
    parser.add_argument(
        '--int8',
        action='store_true',
        help='quantise it, and evaluate it on the test set before and after',
    )
    parser.add_argument(
        '--calibration',
        nargs='+',
        default=(),
        metavar='PATH',
        help='images or folders to quantise by; default 64 of the training set',
    )
    parser.add_argument(
        '--max-drop',
        type=float,
        default=MAX_DROP,
        metavar='X',
        help=f'of AP or mIoU that int8 may cost; default {MAX_DROP:g}, of 1',
    )
    parser.add_argument(
        '--images',
        nargs='+',
        default=(),
        metavar='PATH',
        help='images or folders to check it on; default the test set of the config',
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=OptionAction, help='settings to override, key=value ...'
    )
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        export_model(args.pop('config'), args.pop('checkpoint'), **args)


if __name__ == '__main__':
    main()

#!/usr/bin/env python
"""Draw what a trained model looks at: ``python tools/cam.py CONFIG CHECKPOINT IMAGE``."""

import argparse

from res2net_mm.errors import exit_on_user_error
from res2net_mm.interpretability import METHODS
from res2net_mm.interpretability.class_activation import draw_class_activation
from res2net_mm.openmmlab.options import OptionAction


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file, or a name such as mmdet::retinanet/...py')
    parser.add_argument('checkpoint', help='trained weights')
    parser.add_argument('image', help='an image')
    parser.add_argument('-o', '--out', help='picture to write; default <image name>_cam.png')
    parser.add_argument(
        '--target', metavar='CLASS', help='class to explain; default the highest scoring one'
    )
    parser.add_argument(
        '--top', type=int, default=1, metavar='K', help='boxes of a detector to explain; default 1'
    )
    parser.add_argument(
        '--score-threshold', type=float, default=0.3, help='least score of a box; default 0.3'
    )
    parser.add_argument(
        '--method',
        help='; '.join(f'{name}: {text}' for name, text in METHODS.items())
        + '; default hires-cam for boxes, else grad-cam',
    )
    parser.add_argument(
        '--stages', type=int, nargs='+', metavar='N', help='stages to draw, from 1; default all'
    )
    parser.add_argument(
        '--block', type=int, default=-1, metavar='I', help='block to split; default -1, the last'
    )
    parser.add_argument(
        '--no-receptive-fields',
        dest='receptive_fields',
        action='store_false',
        help='draw the activation maps only',
    )
    parser.add_argument(
        '--rf-size', type=int, default=320, help='px, side of the inputs they are measured in'
    )
    parser.add_argument('--rf-draws', type=int, default=8, help='random inputs; default 8')
    parser.add_argument('--seed', type=int, default=0, help='of these')
    parser.add_argument('--device', help='default the GPU if there is one')
    parser.add_argument(
        '--cfg-options', nargs='+', action=OptionAction, help='settings to override, key=value ...'
    )
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        draw_class_activation(args.pop('config'), args.pop('checkpoint'), args.pop('image'), **args)


if __name__ == '__main__':
    main()

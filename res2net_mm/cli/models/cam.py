"""Draw where a trained model looks: class activation maps by stage and split.

res2net-mm cam CONFIG CHECKPOINT IMAGE
"""

from argparse import ArgumentParser
from typing import Any

from ..options import add_checkpoint, add_config, add_config_options, add_receptive_field


def add_options(parser: ArgumentParser) -> None:
    from res2net_mm.interpretability import METHODS

    add = parser.add_argument
    add_config(parser)
    add_checkpoint(parser)
    add('image', help='image file')
    add('-o', '--out', metavar='FILE', help='picture to write; default <image name>_cam.png, here')
    add('--target', metavar='CLASS', help='class to explain; default the highest scoring one')
    add('--top', type=int, metavar='K', help='boxes of a detector to explain; default 1')
    add('--score-threshold', type=float, help='least score of a box; default 0.3')
    add(
        '--method',
        help='; '.join(f'{name}: {text}' for name, text in METHODS.items())
        + '; default hires-cam for boxes, else grad-cam',
    )
    add('--stages', type=int, nargs='+', metavar='N', help='stages to draw, from 1; default all')
    add(
        '--no-receptive-fields',
        dest='receptive_fields',
        action='store_false',
        help='draw the activation maps only',
    )
    add_receptive_field(parser, prefix='rf-')
    add('--device', help='default the GPU if there is one')
    add_config_options(parser)


def run(config: str, checkpoint: str, image: str, **options: Any) -> None:
    from res2net_mm.interpretability.class_activation import draw_class_activation

    draw_class_activation(config, checkpoint, image, **options)

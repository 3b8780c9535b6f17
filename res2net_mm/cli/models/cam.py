"""Draw where a trained model looks: class activation maps by stage and split.

res2net-mm cam CONFIG CHECKPOINT IMAGE
"""

from argparse import SUPPRESS, ArgumentParser
from typing import Any

from ..options import add_checkpoint, add_config, add_config_options, add_receptive_field


def add_options(parser: ArgumentParser) -> None:
    """Declare the options."""
    from res2net_mm.interpretability import METHODS

    add_config(parser)
    add_checkpoint(parser)
    parser.add_argument('image', help='image file')
    parser.add_argument(
        '-o',
        '--out',
        metavar='FILE',
        default=SUPPRESS,
        help='picture to write; default <image name>_cam.png, here',
    )
    parser.add_argument(
        '--target',
        metavar='CLASS',
        default=SUPPRESS,
        help='class to explain; default the highest scoring one',
    )
    parser.add_argument(
        '--top',
        type=int,
        default=SUPPRESS,
        metavar='K',
        help='boxes of a detector to explain; default 1',
    )
    parser.add_argument(
        '--score-threshold', type=float, default=SUPPRESS, help='least score of a box; default 0.3'
    )
    parser.add_argument(
        '--method',
        default=SUPPRESS,
        help='; '.join(f'{name}: {text}' for name, text in METHODS.items())
        + '; default hires-cam for boxes, else grad-cam',
    )
    parser.add_argument(
        '--stages',
        type=int,
        nargs='+',
        metavar='N',
        default=SUPPRESS,
        help='stages to draw, from 1; default all',
    )
    parser.add_argument(
        '--no-receptive-fields',
        dest='receptive_fields',
        action='store_false',
        default=SUPPRESS,
        help='draw the activation maps only',
    )
    add_receptive_field(parser, prefix='rf-')
    parser.add_argument('--device', default=SUPPRESS, help='default the GPU if there is one')
    add_config_options(parser)


def run(config: str, checkpoint: str, image: str, **options: Any) -> None:
    """Draw the maps."""
    from res2net_mm.interpretability.class_activation import draw_class_activation

    draw_class_activation(config, checkpoint, image, **options)

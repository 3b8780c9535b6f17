"""Draw where a trained model looks: class activation maps by stage and split.

res2net-mm cam CONFIG CHECKPOINT IMAGE
res2net-mm cam CONFIG CHECKPOINT IMAGE... --against CONFIG CHECKPOINT --boxes DIR
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from ..options import add_checkpoint, add_config, add_config_options, add_receptive_field

OF_SEVERAL = ('rows', 'bins', 'bins_by')
OF_ONE = (
    *('top', 'score_threshold', 'stages', 'receptive_fields'),
    *('block', 'rf_size', 'rf_draws', 'seed'),
)


def add_options(parser: ArgumentParser) -> None:
    from res2net_mm.evaluation.size_bins import MEASURES
    from res2net_mm.interpretability import METHODS

    add = parser.add_argument
    add_config(parser)
    add_checkpoint(parser)
    add(
        'images',
        nargs='+',
        metavar='IMAGE',
        help='image file, or a folder whose images have --boxes',
    )
    add('-o', '--out', metavar='FILE', help='picture to write; default <image name>_cam.png, here')
    several = parser.add_argument_group(
        'several images or models',
        'The maps of the last stage side by side, with the share of each that lies on the object.',
    ).add_argument
    several(
        '--against',
        nargs=2,
        action='append',
        default=[],
        metavar=('CONFIG', 'CHECKPOINT'),
        help='another model; may be given several times',
    )
    several('--boxes', metavar='DIR', help='folder with boxes, in any layout of boxes')
    several('--masks', metavar='DIR', help='folder of masks named as the images, in their place')
    several('--rows', type=int, metavar='N', help='images to draw; default 8, all are measured')
    several('--bins', nargs='+', metavar='BIN', help='size bins, NAME:LOW:HIGH or limits')
    several(
        '--by', dest='bins_by', choices=list(MEASURES), help='unit of --bins; default area, px^2'
    )
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


def run(
    config: str,
    checkpoint: str,
    images: Sequence[str],
    *,
    against: Sequence[tuple[str, str]] = (),
    boxes: str | None = None,
    masks: str | None = None,
    **options: Any,
) -> None:
    from res2net_mm.errors import UserError, argument
    from res2net_mm.evaluation import parse_bins
    from res2net_mm.interpretability.class_activation import draw_class_activation
    from res2net_mm.interpretability.side_by_side import draw_side_by_side

    of_several = [name for name in OF_SEVERAL if name in options]
    if len(images) == 1 and not (against or boxes or masks):
        if of_several:
            raise UserError(f'{argument(of_several[0])} is for several images or models')
        draw_class_activation(config, checkpoint, images[0], **options)
        return
    if of_one := [name for name in OF_ONE if name in options]:
        raise UserError(f'{argument(of_one[0])} is for one image of one model')
    options['bins'] = parse_bins(options.get('bins'))
    draw_side_by_side([(config, checkpoint), *against], images, boxes=boxes, masks=masks, **options)

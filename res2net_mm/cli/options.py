"""Options that several commands share, each declared once.

An option that is not given is left out of the arguments (``argument_default`` of the parser), so
that its default is written once, in the function that is called.
"""

from argparse import SUPPRESS, ArgumentParser


def add_config(parser: ArgumentParser, *, more: str = '') -> None:
    """Add the config; ``more`` says what else it may be."""
    parser.add_argument(
        'config',
        help='config file, or a name such as faster_rcnn_r2n50_fpn or mmdet::retinanet/...py'
        + more,
    )


def add_checkpoint(parser: ArgumentParser, *, more: str = '') -> None:
    """Add the checkpoint; ``more`` says what else it may be."""
    parser.add_argument('checkpoint', help=f'trained weights{more}')


def add_config_options(parser: ArgumentParser) -> None:
    """Add ``--cfg-options``."""
    from res2net_mm.openmmlab.config import OptionAction

    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=OptionAction,
        metavar='KEY=VALUE',
        help='settings of the config to override',
    )


def add_run(parser: ArgumentParser, *, work_dir: str = 'work_dirs/<config name>') -> None:
    """Add ``--work-dir`` and how processes are started."""
    parser.add_argument('--work-dir', metavar='DIR', help=f'where to write; default {work_dir}')
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        help='what has started several processes; default none',
    )
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=SUPPRESS)
    add_verbose(parser)


def add_verbose(parser: ArgumentParser) -> None:
    """Add ``--verbose``, which ``main`` acts on."""
    parser.add_argument(
        '--verbose',
        action='store_true',
        default=False,
        help='show all that MMEngine and the libraries say, and not in the log file alone',
    )


def add_data(parser: ArgumentParser, *, purpose: str) -> None:
    """Add ``--data`` and what the labels in its masks mean."""
    parser.add_argument('--data', metavar='DIR', help=f'{purpose} this folder of images')
    add_layout(parser, of='--data')
    add_labels(parser, of='masks of --data')


def add_layout(parser: ArgumentParser, *, of: str) -> None:
    """Add ``--layout``; ``of`` says what is read in it."""
    from res2net_mm.formats import layout_names

    names = ', '.join(layout_names())
    parser.add_argument(
        '--layout',
        metavar='NAME',
        help=f'the layout to read {of} in; default the one with the most labels of {names}',
    )


def add_labels(parser: ArgumentParser, *, of: str, classes: str = '', ignored: str = '') -> None:
    """Add ``--classes`` and ``--ignore-index``.

    Args:
        parser: Gets the options.
        of: What holds the labels.
        classes: The default of ``--classes``, where it is not read from the folder alone.
        ignored: That of ``--ignore-index``.
    """
    parser.add_argument(
        '--classes', nargs='+', metavar='NAME', help=f'names of the labels in {of}{classes}'
    )
    parser.add_argument(
        '--ignore-index', type=int, metavar='N', help=f'the label in {of} to leave out{ignored}'
    )


def add_scoring(parser: ArgumentParser, *, default: str) -> None:
    """Add how result files are scored by size; ``default`` says how without these options."""
    from res2net_mm.evaluation.size_bins import MEASURES

    add = parser.add_argument_group('scoring', f'Default: {default}.').add_argument
    add(
        '--iou-type',
        nargs='+',
        dest='iou_types',
        choices=['bbox', 'segm', 'keypoints'],
        help='default: what all files hold',
    )
    add(
        '--bins',
        nargs='+',
        metavar='BIN',
        help='size bins NAME:LOW:HIGH (HIGH may be empty), or the limits between bins',
    )
    add(
        '--by',
        default='area',
        dest='bins_by',
        choices=list(MEASURES),
        help='unit of --bins: px^2, px, or a fraction of the image; default area',
    )
    add(
        '--area-of',
        choices=['annotation', 'mask', 'box'],
        help='the area of an object: as annotated, of its mask or of its box',
    )
    add('--protocol', choices=['coco', 'voc07', 'voc12'], help='rules of scoring')
    add(
        '--max-dets',
        type=int,
        nargs='+',
        metavar='N',
        help='detections per image and class that count; AP is for the last',
    )
    add(
        '--on-error',
        choices=['stop', 'skip'],
        help='entries that cannot be scored: name them and stop (default), or leave them out',
    )
    add('--seed', type=int, default=0, help='of the bootstrap; default 0')


def add_receptive_field(parser: ArgumentParser, *, prefix: str = '') -> None:
    """Add how receptive fields are measured."""
    add = parser.add_argument
    add('--block', type=int, metavar='I', help='block of each stage to split; default -1, the last')
    add(
        f'--{prefix}size',
        type=int,
        metavar='PX',
        help='side of the inputs that receptive fields are measured in; default 320',
    )
    add(f'--{prefix}draws', type=int, metavar='N', help='number of random inputs; default 8')
    add('--seed', type=int, help='of the inputs; default 0')

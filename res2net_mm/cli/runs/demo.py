"""Draw a small set of images, train a light Res2Net model on it, test it, show what it sees."""

from argparse import ArgumentParser

from ..options import add_verbose

DETECTOR = 'faster_rcnn_r2n_light_fpn_demo'
SEGMENTER = 'deeplabv3plus_r2n_light_demo'
CLASSIFIER = 'r2n_light_demo'


def add_options(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument('--config', default=DETECTOR, help=f'default {DETECTOR}')
    for option, config in (('--segmentation', SEGMENTER), ('--classification', CLASSIFIER)):
        which.add_argument(
            option,
            dest='config',
            action='store_const',
            const=config,
            help=f'the same as --config {config}',
        )
    parser.add_argument(
        '--work-dir', metavar='DIR', help='where to write; default work_dirs/<config name>'
    )
    add_verbose(parser)


def run(config: str, work_dir: str | None = None) -> None:
    from res2net_mm.engine import demo

    demo(config, work_dir=work_dir)

"""Check a folder of images before training on it: everything in it is read and decoded.

res2net-mm check DIR --config CONFIG

Exit status: 0 if the data has no problems, 1 if it has, 2 if it could not be checked.
"""

from argparse import ArgumentParser
from typing import Any

from ..options import add_labels, add_layout


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('data', metavar='DIR', help='images with boxes, keypoints, label maps or a class each')
    add('--config', help='compare classes with this config, count sizes after its resize')
    add_layout(parser, of='DIR')
    add_labels(parser, of='masks')
    add('--allow-empty', action='store_true', help='images without boxes are meant as background')
    add('--picture', metavar='PNG', help='default work_dirs/check_data/<name of DIR>.png')


def run(data: str, **options: Any) -> int:
    from res2net_mm.data.checks.check_data import check_data

    check = check_data(data, **options)
    print(check)
    return 0 if check.clean else 1

"""Write a folder of images and labels in another layout, for training by any program.

res2net-mm convert-data DIR OUT --to coco|yolo|voc   # boxes
res2net-mm convert-data DIR OUT --to masks           # label maps

DIR is in any layout that `res2net-mm check` reads. It is not changed, and its splits are kept. What
the new layout cannot hold is said with its count.
"""

from argparse import ArgumentParser
from typing import Any

from ..options import add_labels, add_layout


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('data', metavar='DIR', help='the folder to read')
    add('out', metavar='OUT', help='the folder to make, absent or empty')
    add('--to', required=True, metavar='LAYOUT', help='coco, yolo or voc for boxes, or masks')
    add('--copy', action='store_true', help='copy the images, which are linked otherwise')
    add_layout(parser, of='DIR')
    add_labels(parser, of='label maps')


def run(data: str, out: str, *, to: str, **options: Any) -> None:
    from res2net_mm.data.conversion.convert_data import convert_data

    print(convert_data(data, out, to=to, **options))

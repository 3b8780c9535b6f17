"""Compare runs by object size (label maps: by region size) in a report that opens offline.

res2net-mm compare work_dirs/resnet work_dirs/res2net -o report.html
res2net-mm compare a.json b.json --gt annotations.json --images DIR -o report.html
res2net-mm compare maps_a maps_b --gt labels/val --images DIR -o report.html

A run is the work directory of `res2net-mm train` or `res2net-mm test`, or a COCO results file or a
folder of label maps of any framework; each is compared with the first. Beside report.html come
report.md, report.csv and the folder report_files of images.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from ..options import add_labels, add_scoring


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        'runs',
        nargs='+',
        metavar='RUN',
        help='work directory, COCO results file or folder of label maps',
    )
    add('-o', '--output', default='report.html', metavar='FILE', help='default report.html')
    add('--gt', help='COCO annotation file of the results files, or folder of label maps')
    add(
        '--images', metavar='DIR', help='folder of the images; default: as the work directories say'
    )
    add(
        '--names',
        nargs='+',
        metavar='NAME',
        help='names of the runs in the report; default: by their paths',
    )
    add_scoring(
        parser, default='as the work directories were scored, else the rules and sizes of COCO'
    )
    add_labels(
        parser,
        of='label maps',
        classes='; default: what classes.txt says, or the labels',
        ignored='; default 255, or what the folder is known for',
    )
    add(
        '--bootstrap',
        type=int,
        metavar='N',
        help='draws of the images for the intervals; default 1000',
    )
    add(
        '--pictures',
        type=int,
        metavar='N',
        help='images to show for each run but the first; default 6',
    )


def run(
    runs: Sequence[str], output: str, *, bins: Sequence[str] | None = None, **options: Any
) -> None:
    from res2net_mm.evaluation import parse_bins
    from res2net_mm.report import compare_runs

    compare_runs(runs, output, bins=parse_bins(bins), **options)

"""Compare runs by object size (label maps: by region size) in a report that opens offline.

res2net-mm compare work_dirs/resnet work_dirs/res2net -o report.html
res2net-mm compare a.json b.json --gt annotations.json --images DIR -o report.html
res2net-mm compare maps_a maps_b --gt labels/val --images DIR -o report.html
res2net-mm compare new_seed0 new_seed1 new_seed2 --against old_seed0 old_seed1 old_seed2
res2net-mm compare old new --fail-if 'small < -1.0' --junit gate.xml

A run is the work directory of `res2net-mm train` or `res2net-mm test`, or a COCO results file or a
folder of label maps of any framework; each is compared with the first. With --against, all runs
are of one model, whose mean is compared with that of the runs of another. Beside report.html come
report.md, report.csv and the folder report_files of images. The exit status is 1 where a condition
of --fail-if holds.
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
    add(
        '--against',
        nargs='+',
        metavar='RUN',
        help='runs of the model to compare with, with other seeds; the RUNs before are then the '
        'seeds of one model, and intervals cover images and seeds',
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
        help='names of the runs in the report (with --against of the two models, that of '
        '--against first); default: by their paths',
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
    add(
        '--fail-if',
        action='append',
        metavar='CONDITION',
        help='end with status 1 if a difference is beyond a limit in points and beyond noise: '
        "'small < -1.0', 'AR all < 0', 'segm AP large < -0.5'; may be given again",
    )
    add('--junit', metavar='FILE', help='write what came of --fail-if as JUnit XML')


def run(
    runs: Sequence[str], output: str, *, bins: Sequence[str] | None = None, **options: Any
) -> int:
    from res2net_mm.evaluation import parse_bins
    from res2net_mm.report import compare_runs
    from res2net_mm.report.page.parts import FAILED

    report = compare_runs(runs, output, bins=parse_bins(bins), **options)
    return int(any(check.outcome == FAILED for check in report.checks))

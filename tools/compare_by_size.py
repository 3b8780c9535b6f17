#!/usr/bin/env python
"""Compare runs by object size (label maps: by region size) in a report that opens offline.

python tools/compare_by_size.py work_dirs/resnet work_dirs/res2net -o report.html
python tools/compare_by_size.py a.json b.json --gt annotations.json --images DIR -o report.html
python tools/compare_by_size.py maps_a maps_b --gt labels/val --images DIR -o report.html

A run is the work directory of tools/train.py or tools/test.py, or a COCO results file or a folder
of label maps of any framework; each is compared with the first. Beside report.html come report.md,
report.csv and the folder report_files of images.
"""

import argparse

from res2net_mm.errors import exit_on_user_error
from res2net_mm.evaluation import parse_bins
from res2net_mm.evaluation.size_bins import MEASURES
from res2net_mm.report import compare_runs


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        'runs',
        nargs='+',
        metavar='RUN',
        help='work directory, COCO results file or folder of label maps',
    )
    parser.add_argument(
        '-o', '--output', default='report.html', metavar='FILE', help='default report.html'
    )
    parser.add_argument(
        '--gt', help='COCO annotation file of the results files, or folder of label maps'
    )
    parser.add_argument(
        '--images', metavar='DIR', help='folder of the images; default: as the work directories say'
    )
    parser.add_argument(
        '--names', nargs='+', metavar='NAME', help='what to call the runs; default: by their paths'
    )
    parser.add_argument(
        '--iou-type',
        nargs='+',
        dest='iou_types',
        choices=['bbox', 'segm'],
        help='default: what all runs have',
    )
    parser.add_argument(
        '--bins',
        nargs='+',
        metavar='BIN',
        help='size bins NAME:LOW:HIGH (HIGH may be empty), or the numbers between bins; default, '
        "like that of the next four: as the work directories were scored, else COCO's",
    )
    parser.add_argument(
        '--by',
        default='area',
        dest='bins_by',
        choices=list(MEASURES),
        help='what the numbers of --bins measure: px^2, px, or a fraction of the image; '
        'default area',
    )
    parser.add_argument(
        '--area-of',
        choices=['annotation', 'mask', 'box'],
        help="which area is an object's: as annotated, of its mask or of its box",
    )
    parser.add_argument('--protocol', choices=['coco', 'voc07', 'voc12'], help='rules of scoring')
    parser.add_argument(
        '--max-dets',
        type=int,
        nargs='+',
        metavar='N',
        help='detections per image and class that count; AP is for the last',
    )
    parser.add_argument(
        '--classes',
        nargs='+',
        metavar='NAME',
        help='what the labels in label maps mean; default: what classes.txt says, or the labels',
    )
    parser.add_argument(
        '--ignore-index',
        type=int,
        metavar='N',
        help='the label in label maps to leave out, 0 where classes begin at 1; default 255, or '
        'what the folder is known for',
    )
    parser.add_argument(
        '--bootstrap',
        type=int,
        default=1000,
        metavar='N',
        help='draws of the images for the intervals; default 1000',
    )
    parser.add_argument('--seed', type=int, default=0, help='of these draws')
    parser.add_argument(
        '--pictures',
        type=int,
        default=6,
        metavar='N',
        help='images to show for each run but the first; default 6',
    )
    parser.add_argument(
        '--on-error',
        choices=['stop', 'skip'],
        default='stop',
        help='what to do about entries that cannot be scored: say so and stop (default), or leave '
        'them out and score the rest',
    )
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        bins = parse_bins(args.pop('bins'))
        compare_runs(args.pop('runs'), args.pop('output'), bins=bins, **args)


if __name__ == '__main__':
    main()

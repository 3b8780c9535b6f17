#!/usr/bin/env python
"""Score result files of any framework by object size; no model is needed.

python tools/eval_by_size.py --gt annotations.json --dt results.json
python tools/eval_by_size.py --gt gt.json --dt dt.json --bins 16 32 96 --by side --bootstrap 1000
python tools/eval_by_size.py --gt VOCdevkit/VOC2007 --dt results/VOC2007/Main
python tools/eval_by_size.py --gt labels/val --dt predictions   # two folders of label maps
"""

import argparse

from res2net_mm.errors import exit_on_user_error
from res2net_mm.evaluation import parse_bins
from res2net_mm.evaluation.evaluate_saved import evaluate_saved
from res2net_mm.evaluation.size_bins import MEASURES


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--gt', required=True, help='COCO annotation file, VOC folder, or folder of label maps'
    )
    parser.add_argument(
        '--dt',
        required=True,
        help='COCO results file, folder of comp4_det_<split>_<class>.txt files, or of label maps',
    )
    parser.add_argument(
        '--iou-type',
        nargs='+',
        dest='iou_types',
        choices=['bbox', 'segm'],
        default=argparse.SUPPRESS,
        help='default: what both files have',
    )
    parser.add_argument(
        '--bins',
        nargs='+',
        metavar='BIN',
        help='size bins NAME:LOW:HIGH (HIGH may be empty), or the numbers between bins; '
        "default: COCO's small:0:1024 medium:1024:9216 large:9216:",
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
        default=argparse.SUPPRESS,
        help="which area is an object's: as annotated (default), of its mask or of its box",
    )
    parser.add_argument(
        '--protocol',
        choices=['coco', 'voc07', 'voc12'],
        default=argparse.SUPPRESS,
        help="rules of scoring; default: COCO's, or VOC's of the folder's year",
    )
    parser.add_argument(
        '--max-dets',
        type=int,
        nargs='+',
        metavar='N',
        default=argparse.SUPPRESS,
        help='detections per image and class that count; AP is for the last; '
        'default 1 10 100 for COCO, all for VOC',
    )
    parser.add_argument(
        '--split',
        default=argparse.SUPPRESS,
        help='of a VOC folder; default: that of the detections, or test',
    )
    parser.add_argument(
        '--classes',
        nargs='+',
        metavar='NAME',
        default=argparse.SUPPRESS,
        help='what the labels in label maps mean; default: what classes.txt says, or the labels',
    )
    parser.add_argument(
        '--ignore-index',
        type=int,
        metavar='N',
        default=argparse.SUPPRESS,
        help='the label in label maps to leave out, 0 where classes begin at 1; default 255, or '
        'what the folder is known for',
    )
    parser.add_argument(
        '--tolerance',
        type=float,
        metavar='SHARE',
        default=argparse.SUPPRESS,
        help='of the boundary in label maps, as a share of the image diagonal; default 0.0075',
    )
    parser.add_argument(
        '--bootstrap',
        type=int,
        default=0,
        metavar='N',
        help='95 %% confidence intervals from N draws of the images, 1000 is usual; default none',
    )
    parser.add_argument('--seed', type=int, default=0, help='of these draws')
    parser.add_argument(
        '--on-error',
        choices=['stop', 'skip'],
        default='stop',
        help='what to do about entries that cannot be scored: say so and stop (default), or leave '
        'them out and score the rest',
    )
    parser.add_argument(
        '--classwise',
        action='store_true',
        default=argparse.SUPPRESS,
        help='AP and AR per class, too; label maps always have their classes',
    )
    parser.add_argument('--json', dest='json_path', metavar='FILE', help='write the scores here')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    # Options of one kind of file are suppressed where not given, so that the other can refuse them.
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        bins = parse_bins(args.pop('bins'))
        evaluate_saved(args.pop('gt'), args.pop('dt'), bins=bins, **args)


if __name__ == '__main__':
    main()

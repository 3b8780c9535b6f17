"""Score result files of any framework by object or region size; no model is needed.

res2net-mm eval-by-size --gt annotations.json --dt results.json
res2net-mm eval-by-size --gt gt.json --dt dt.json --bins 16 32 96 --by side --bootstrap 1000
res2net-mm eval-by-size --gt annotations.json --dt results.json --errors   # and why
res2net-mm eval-by-size --gt VOCdevkit/VOC2007 --dt results/VOC2007/Main
res2net-mm eval-by-size --gt labels/val --dt predictions   # two folders of label maps
res2net-mm eval-by-size --saliency --gt ECSSD/masks --dt maps   # of masks and saliency maps
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from ..options import add_labels, add_layout, add_scoring


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('--gt', required=True, help='COCO file, folder with boxes, or folder of label maps')
    add(
        '--dt',
        required=True,
        help='COCO results file, folder of comp4_det_<split>_<class>.txt files, or of label maps',
    )
    add('--split', help='of a folder with boxes; default that of the detections, or test')
    add_layout(parser, of='a folder of --gt')
    add(
        '--dt-format',
        nargs='+',
        metavar='WHAT',
        help='what a results file has otherwise than COCO, to be converted: xyxy or cxcywh boxes, '
        'relative coordinates, categories from-0, image ids that are file-names, text-ids',
    )
    add_scoring(
        parser,
        default="the rules and sizes of COCO (small:0:1024 medium:1024:9216 large:9216:), VOC's "
        "of the folder's year for a VOC folder",
    )
    add_labels(
        parser,
        of='label maps',
        classes='; default: what classes.txt says, or the labels',
        ignored='; default 255, or what the folder is known for',
    )
    add(
        '--tolerance',
        type=float,
        metavar='SHARE',
        help='of the boundary in label maps, as a share of the image diagonal; default 0.0075',
    )
    add(
        '--bootstrap',
        type=int,
        metavar='N',
        help='95 %% confidence intervals from N draws of the images, 1000 is usual; default none',
    )
    add(
        '--classwise',
        action='store_true',
        help='print AP and AR per class, too; label maps always have their classes',
    )
    add(
        '--errors',
        action='store_true',
        help='print what each kind of error costs by object size, too, and put it into --json',
    )
    add('--picture', metavar='PNG', help='draw these costs as stacked bars; implies --errors')
    add(
        '--saliency',
        action='store_true',
        help='--gt and --dt are folders of masks and of grey saliency maps',
    )
    add(
        '--label-faults',
        metavar='DIR',
        help='write probable faults of the ground truth here, missing and loose boxes and wrong '
        'classes, ranked by size, with crops',
    )
    add('--images', metavar='DIR', help='folder of the images of a COCO file, for the crops')
    add('--json', dest='json_path', metavar='FILE', help='write the scores here')


def run(
    gt: str,
    dt: str,
    *,
    bins: Sequence[str] | None = None,
    picture: str | None = None,
    **options: Any,
) -> None:
    from res2net_mm.evaluation import parse_bins
    from res2net_mm.evaluation.evaluate_saved import evaluate_saved

    if picture is not None:
        options['errors'] = True
    results = evaluate_saved(gt, dt, bins=parse_bins(bins), **options)
    if isinstance(results, list) and picture is not None:  # of detections: others have no errors
        from res2net_mm.report.detection.error_plots import write_error_picture

        print(f'written to {write_error_picture(results, picture)}')

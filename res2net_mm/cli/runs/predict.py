"""Predict on images, folders, videos or camera streams, and write what was found.

res2net-mm predict CONFIG CHECKPOINT INPUT... --out DIR
res2net-mm predict WORK_DIR INPUT... --out DIR
res2net-mm predict detector.onnx INPUT... --out DIR
"""

from argparse import SUPPRESS, ArgumentParser
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError


def add_options(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.usage = f'{parser.prog} [CONFIG] CHECKPOINT INPUT [INPUT ...] --out DIR [options]'
    parser.add_argument(
        'given',
        nargs='+',
        metavar='INPUT',
        help='CONFIG (may be left out where the checkpoint or the work directory holds it), '
        'CHECKPOINT (weights, a work directory or an exported file), then images, folders, '
        'patterns, videos, or URLs of camera streams',
    )
    parser.add_argument('--out', required=True, metavar='DIR', help='folder to write into')
    parser.add_argument(
        '--score',
        type=float,
        default=SUPPRESS,
        metavar='S',
        help='least score of an object; default 0.3',
    )
    parser.add_argument(
        '--classes',
        nargs='+',
        metavar='NAME',
        default=SUPPRESS,
        help='classes to keep; default all',
    )
    parser.add_argument(
        '--slice',
        type=int,
        dest='slice_size',
        metavar='PX',
        default=SUPPRESS,
        help='run on windows of this side beside the whole image, and merge what they find',
    )
    parser.add_argument(
        '--overlap',
        type=float,
        metavar='SHARE',
        default=SUPPRESS,
        help='share of a window that its neighbour has, too; default 0.2',
    )
    parser.add_argument(
        '--batch-size',
        type=int,
        metavar='N',
        default=SUPPRESS,
        help='images of one size that run together; default 1',
    )
    parser.add_argument(
        '--no-fuse',
        dest='fused',
        action='store_false',
        default=SUPPRESS,
        help='keep batch norms apart from convolutions',
    )
    parser.add_argument(
        '--no-pictures',
        dest='pictures',
        action='store_false',
        default=SUPPRESS,
        help='write result files only',
    )
    parser.add_argument('--device', default=SUPPRESS, help='default the GPU if there is one')


def run(given: list[str], **options: Any) -> None:
    """Predict."""
    from res2net_mm.prediction import predict

    config = given.pop(0) if _is_config(given[0]) else None
    if len(given) < 2:
        what = 'CHECKPOINT and INPUT are' if not given else 'INPUT is'
        raise UserError(f'{what} missing: predict [CONFIG] CHECKPOINT INPUT... --out DIR')
    predict(given[0], given[1:], config=config, **options)


def _is_config(text: str) -> bool:
    """Return whether a text is a config file or a name for one, and not a model's file."""
    path = Path(text)
    return '::' in text or path.suffix == '.py' or (not path.suffix and not path.exists())

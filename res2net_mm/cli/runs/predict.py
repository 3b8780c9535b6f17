"""Predict on images, folders, videos or camera streams, and write what was found.

res2net-mm predict CONFIG CHECKPOINT INPUT... --out DIR
res2net-mm predict WORK_DIR INPUT... --out DIR
res2net-mm predict detector.onnx INPUT... --out DIR
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    parser.usage = f'{parser.prog} [CONFIG] CHECKPOINT INPUT [INPUT ...] --out DIR [options]'
    add(
        'given',
        nargs='+',
        metavar='INPUT',
        help='CONFIG (may be left out where the checkpoint or the work directory holds it), '
        'CHECKPOINT (weights, a work directory or an exported file), then images, folders, '
        'patterns, videos, or URLs of camera streams',
    )
    add('--out', required=True, metavar='DIR', help='folder to write into')
    add(
        '--score',
        metavar='S',
        help='least score of an object, or best or by-size: that of the best F1 of the evaluation '
        'beside the checkpoint or in the exported file, of all sizes or of each; default 0.3',
    )
    add('--classes', nargs='+', metavar='NAME', help='classes to keep; default all')
    add(
        '--slice',
        type=int,
        dest='slice_size',
        metavar='PX',
        help='run on windows of this side beside the whole image, and merge what they find',
    )
    add(
        '--overlap',
        type=float,
        metavar='SHARE',
        help='share of a window that its neighbour has, too; default 0.2',
    )
    add(
        '--batch-size',
        type=int,
        metavar='N',
        help='images of one size that run together; default 1',
    )
    add(
        '--no-fuse',
        dest='fused',
        action='store_false',
        help='keep batch norms apart from convolutions',
    )
    add('--no-pictures', dest='pictures', action='store_false', help='write result files only')
    add('--device', help='default the GPU if there is one')


def run(given: list[str], **options: Any) -> None:
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

"""Measure time and memory of backbones of this package and others, in turn in one process."""

import json
import sys
from argparse import SUPPRESS, ArgumentParser
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any


def add_options(parser: ArgumentParser) -> None:
    """Declare the options."""
    from res2net_mm.benchmark import DTYPES, MODES, PEERS, TREATMENTS

    parser.add_argument('--mode', choices=MODES, default='infer', help='default infer')
    parser.add_argument(
        '--model',
        nargs='+',
        default=['res2net50_v1b_26w_4s'],
        metavar='PRESET',
        help='networks of this package; default res2net50_v1b_26w_4s',
    )
    parser.add_argument(
        '--peers',
        type=lambda text: [name for name in text.split(',') if name],
        default=['mmdet', 'timm', 'resnet50'],
        metavar='A,B,...',
        help=f'others, of {", ".join(PEERS)}; default mmdet,timm,resnet50',
    )
    parser.add_argument(
        '--treat',
        dest='treatments',
        type=lambda text: text.split(','),
        default=SUPPRESS,
        metavar='A,B,...',
        help=f'how each runs, of {", ".join(TREATMENTS)}; default as the mode has it',
    )
    parser.add_argument(
        '--baseline',
        metavar='ROW',
        default=SUPPRESS,
        help='the row of ratio 1; default the first of another package',
    )
    parser.add_argument(
        '--size',
        type=lambda text: tuple(int(n) for n in text.split('x')),
        default=(320, 480),
        metavar='HxW',
        help='size of the images in px; default 320x480',
    )
    parser.add_argument('--batch', type=int, default=1, help='images at once; default 1')
    parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu', help='default cpu')
    parser.add_argument('--dtype', choices=list(DTYPES), default='float32', help='default float32')
    parser.add_argument(
        '--norm-eval', action='store_true', help='train with frozen statistics of batch norms'
    )
    parser.add_argument('--rounds', type=int, default=10, help='timed rounds; default 10')
    parser.add_argument('--warmup', type=int, default=2, help='rounds before them; default 2')
    parser.add_argument('--threads', type=int, help="number of threads; default PyTorch's choice")
    parser.add_argument(
        '--json', dest='json_file', type=Path, metavar='FILE', help='write the figures there too'
    )


def run(
    model: Sequence[str],
    peers: Sequence[str],
    *,
    threads: int | None,
    json_file: Path | None,
    **options: Any,
) -> None:
    """Measure, print the table and write it."""
    from res2net_mm.benchmark import benchmark, find_contestants, use_threads
    from res2net_mm.whole_file import whole_file

    use_threads(threads)
    with whole_file(json_file) if json_file else nullcontext() as partial:
        report = benchmark(
            find_contestants(model, peers),
            said=lambda line: print(line, file=sys.stderr),
            **options,
        )
        print(report)
        if partial:
            partial.write_text(json.dumps(report.to_json(), indent=1) + '\n')

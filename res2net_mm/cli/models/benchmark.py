"""Measure time and memory of backbones of this package and others, in turn in one process."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any


def add_options(parser: ArgumentParser) -> None:
    from res2net_mm.benchmark import DTYPES, MODES, PEERS, TREATMENTS

    add = parser.add_argument
    add('--mode', choices=MODES, help='default infer')
    add(
        '--model',
        nargs='+',
        default=['res2net50_v1b_26w_4s'],
        metavar='PRESET',
        help='networks of this package; default res2net50_v1b_26w_4s',
    )
    add(
        '--peers',
        type=lambda text: [name for name in text.split(',') if name],
        default=['mmdet', 'timm', 'resnet50'],
        metavar='A,B,...',
        help=f'others, of {", ".join(PEERS)}; default mmdet,timm,resnet50',
    )
    add(
        '--treat',
        dest='treatments',
        type=lambda text: text.split(','),
        metavar='A,B,...',
        help=f'how each runs, of {", ".join(TREATMENTS)}; default as the mode has it',
    )
    add(
        '--baseline', metavar='ROW', help='the row of ratio 1; default the first of another package'
    )
    add(
        '--size',
        type=lambda text: tuple(int(n) for n in text.split('x')),
        metavar='HxW',
        help='size of the images in px; default 320x480',
    )
    add('--batch', type=int, help='images at once; default 1')
    add('--device', choices=['cpu', 'cuda'], help='default cpu')
    add('--dtype', choices=list(DTYPES), help='default float32')
    add('--norm-eval', action='store_true', help='train with frozen statistics of batch norms')
    add('--rounds', type=int, help='timed rounds; default 10')
    add('--warmup', type=int, help='rounds before them; default 2')
    add('--threads', type=int, help="number of threads; default PyTorch's choice")
    add('--json', dest='json_file', type=Path, metavar='FILE', help='write the figures there too')


def run(
    model: Sequence[str],
    peers: Sequence[str],
    *,
    threads: int | None = None,
    json_file: Path | None = None,
    **options: Any,
) -> None:
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

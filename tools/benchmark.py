#!/usr/bin/env python
"""Time backbones of this package and others beside each other, and measure their memory.

All run in turn in one process. Figures in the README come from here.
"""

import argparse
import json
import sys
from pathlib import Path

from res2net_mm.benchmark import (
    DTYPES,
    MODES,
    PEERS,
    TREATMENTS,
    benchmark,
    find_contestants,
    use_threads,
)
from res2net_mm.errors import exit_on_user_error
from res2net_mm.whole_file import whole_file


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
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
        type=lambda text: text.split(','),
        metavar='A,B,...',
        help=f'how each runs, of {", ".join(TREATMENTS)}; default as the mode has it',
    )
    parser.add_argument(
        '--baseline', metavar='ROW', help='the row of ratio 1; default the first of another package'
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
        '--norm-eval', action='store_true', help='train with the statistics of batch norms held'
    )
    parser.add_argument('--rounds', type=int, default=10, help='timed rounds; default 10')
    parser.add_argument('--warmup', type=int, default=2, help='rounds before them; default 2')
    parser.add_argument('--threads', type=int, help="threads; default PyTorch's choice")
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the figures there too')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        use_threads(args.threads)
        report = benchmark(
            find_contestants(args.model, args.peers),
            mode=args.mode,
            treatments=args.treat,
            size=args.size,
            batch=args.batch,
            device=args.device,
            dtype=args.dtype,
            norm_eval=args.norm_eval,
            rounds=args.rounds,
            warmup=args.warmup,
            baseline=args.baseline,
            said=lambda line: print(line, file=sys.stderr),
        )
        print(report)
        if args.json:
            with whole_file(args.json) as partial:
                partial.write_text(json.dumps(report.to_json(), indent=1) + '\n')


if __name__ == '__main__':
    main()

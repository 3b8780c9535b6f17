"""Print parameters and GFLOPs of the published Res2Net-101 detectors beside the published ones."""

import argparse
from collections.abc import Callable

from mmengine.config import Config

from res2net_mm.benchmark.complexity import Complexity, measure_complexity
from res2net_mm.errors import exit_on_user_error
from res2net_mm.openmmlab.config import load_config
from res2net_mm.reproduction import find_rows
from res2net_mm.tables import align

# By config, at (H, W) = SIZE.
PUBLISHED = {
    row.config: Complexity(float(row.expected['params M']), float(row.expected['GFLOPs']))
    for row in find_rows('mmdet')
    if 'GFLOPs' in row.expected
}


def complexity_table(load: Callable[[str], Config]) -> str:
    """Return measured against published figures, a line for each published detector.

    Args:
        load: From the name of a config to the config.
    """
    rows = [['', 'M parameters', 'published', 'off by', 'GFLOPs', 'published', 'off by']]
    for name, published in PUBLISHED.items():
        row = [name]
        for ours, theirs in zip(measure_complexity(load(name)), published, strict=True):
            row += [f'{ours:.2f}', f'{theirs:.2f}', f'{ours / theirs - 1:+.2%}']
        rows.append(row)
    return '\n'.join(align(rows))


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        print(complexity_table(lambda name: load_config(f'res2net_mm::{name}.py')))


if __name__ == '__main__':
    main()

"""Train the demo detector with plain and hierarchical necks, print what they cost and AP by size.

Finished runs are kept in the output folder and not trained again; table and picture go there, too.
"""

import argparse
from pathlib import Path

from res2net_mm.errors import exit_on_user_error
from res2net_mm.tables import percent

from .seed_plot import write_seed_plot
from .seed_runs import seed_runs
from .seed_table import write_seed_table

CONFIGS = Path(__file__).parents[1] / 'configs'
DEFAULT = [
    CONFIGS / f'faster_rcnn_r2n_light_{neck}_demo.py' for neck in ('fpn', 'hfpn', 'pafpn', 'hpafpn')
]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('configs', nargs='*', default=DEFAULT, help='default: the four necks')
    parser.add_argument('--seeds', nargs='+', type=int, default=[0, 1, 2])
    parser.add_argument('-o', '--out', type=Path, default=Path('work_dirs/necks'), help='results')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        runs, total = [], len(args.configs) * len(set(args.seeds))
        for run in seed_runs(args.configs, args.seeds, args.out):
            runs.append(run)
            score = percent(run.scores['all'], 'none')
            print(f'{len(runs)}/{total} {run.config}, seed {run.seed}: AP {score}')
        print(f'\n{write_seed_table(args.configs, runs, args.out)}')
        print(f'picture: {write_seed_plot(runs, args.out)}')


if __name__ == '__main__':
    main()

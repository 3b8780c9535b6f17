#!/usr/bin/env python
"""Swap every shipped config with a ResNet, run original and swapped model, count what passes."""

import argparse
from pathlib import Path

from res2net_mm.errors import exit_on_user_error
from res2net_mm.swap import zoo


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('preset', nargs='?', default='res2net50_v1b_26w_4s', help='network')
    parser.add_argument('-o', '--out', type=Path, default='swap_trials.jsonl', help='results')
    parser.add_argument('--every', type=int, default=1, metavar='K', help='each K-th config only')
    parser.add_argument('--part', default='1/1', metavar='I/N', help='this process does I of N')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        names = zoo.chosen_names(every=args.every, part=zoo.parse_part(args.part))
        trials = []
        for trial in zoo.measure(args.preset, names, args.out):
            trials.append(trial)
            result = 'original fails' if trial.original else trial.swapped or 'passes'
            print(f'{len(trials)}/{len(names)} {trial.name}: {result} ({trial.seconds} s)')
        print(zoo.summary(trials))


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Check this environment before training in it: packages, GPU, disk, memory, every backbone.

One line for each part, with what to do where there is a problem. Exit status: 0 if all is well, 1
if there are problems. Nothing is installed, fetched or written.
"""

import argparse
import sys

from environment.doctor import examine


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    return parser.parse_args()


def main() -> int:
    parse_args()
    results = []
    for result in examine():
        print(result, flush=True)
        results.append(result)
    problems = sum(not result.well for result in results)
    print(f'problems: {problems}' if problems else 'all is well')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())

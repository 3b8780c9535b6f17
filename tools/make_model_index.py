#!/usr/bin/env python
"""Write the index of the shipped configs for mim and MMEngine; run it after a config changed."""

import argparse

from res2net_mm.engine.model_index import write_model_index
from res2net_mm.errors import exit_on_user_error


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        print('\n'.join(map(str, write_model_index())))


if __name__ == '__main__':
    main()

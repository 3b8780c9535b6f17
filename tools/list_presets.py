#!/usr/bin/env python
"""Print the zoo of published networks, or all that is known of one of them."""

import argparse

from res2net_mm.errors import exit_on_user_error
from res2net_mm.presets import describe, zoo_table


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('name', nargs='?', help='name or alias of a network; default: all')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        print(zoo_table() if args.name is None else describe(args.name))


if __name__ == '__main__':
    main()

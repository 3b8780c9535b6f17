#!/usr/bin/env python
"""Write a Res2Net checkpoint in another publisher's names, tensor for tensor."""

import argparse

from res2net_mm.checkpoints import WRITABLE, convert_checkpoint
from res2net_mm.errors import exit_on_user_error


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('source', metavar='SRC', help='file, https URL or res2net://<preset>')
    parser.add_argument('target', metavar='DST', help='file to write; .safetensors or PyTorch')
    parser.add_argument('--to', choices=WRITABLE, required=True, help='whose names to write')
    parser.add_argument('--dialect', help='whose names SRC has; default: what they look like')
    parser.add_argument('--prefix', help='what stands before the names of the backbone in SRC')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = vars(parse_args())
    with exit_on_user_error(debug=args.pop('debug')):
        print(convert_checkpoint(args.pop('source'), args.pop('target'), **args))


if __name__ == '__main__':
    main()

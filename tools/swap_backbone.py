#!/usr/bin/env python
"""Put a Res2Net into a config: ``tools/swap_backbone.py mmdet::fcos/... res2net50_v1b_26w_4s``."""

import argparse
from pathlib import Path

from res2net_mm.errors import exit_on_user_error
from res2net_mm.openmmlab.config import load_config
from res2net_mm.swap import swap


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('config', help='config file, or a name such as mmdet::retinanet/...py')
    parser.add_argument('preset', help='network to put in, such as res2net50_v1b_26w_4s')
    parser.add_argument('-o', '--out', help='file to write; default <config>_<preset>.py, here')
    parser.add_argument('--overwrite', action='store_true', help='replace the file if it exists')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        swapped = swap(load_config(args.config), args.preset)
        out = args.out or f'{Path(args.config).stem}_{swapped.preset.name}.py'
        print(f'{swapped}\nwritten: {swapped.write(out, overwrite=args.overwrite)}')


if __name__ == '__main__':
    main()

"""Put a Res2Net into a config, and write a config that inherits the original.

res2net-mm swap mmdet::retinanet/retinanet_r50_fpn_1x_coco.py res2net50_v1b_26w_4s
"""

from argparse import ArgumentParser
from pathlib import Path

from ..options import add_config


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add_config(parser)
    add('preset', help='network to put in, such as res2net50_v1b_26w_4s')
    add('-o', '--out', metavar='FILE', help='file to write; default <config>_<preset>.py, here')
    add('--overwrite', action='store_true', help='replace the file if it exists')


def run(config: str, preset: str, *, out: str | None = None, overwrite: bool = False) -> None:
    from res2net_mm.openmmlab.config import load_config
    from res2net_mm.swap import swap

    swapped = swap(load_config(config), preset)
    file = out or f'{Path(config).stem}_{swapped.preset.name}.py'
    print(f'{swapped}\nwritten: {swapped.write(file, overwrite=overwrite)}')

"""Count the parameters and GFLOPs of a model for one image.

res2net-mm flops retinanet_r2n50_fpn --size 800 1280
"""

from argparse import ArgumentParser

from ..options import add_config


def add_options(parser: ArgumentParser) -> None:
    add_config(parser)
    parser.add_argument(
        '--size',
        nargs=2,
        type=int,
        default=(800, 1280),
        metavar=('H', 'W'),
        help='size of the image in px; default 800 1280',
    )


def run(config: str, size: tuple[int, int]) -> None:
    from res2net_mm.benchmark.complexity import measure_complexity
    from res2net_mm.openmmlab.config import load_config

    found = measure_complexity(load_config(config), (size[0], size[1]))
    print(f'{config}: {found.params:.2f} M parameters, {found.gflops:.2f} GFLOPs')

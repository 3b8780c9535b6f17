"""Measure at which sizes detectors see objects best: AP and AR against apparent size.

res2net-mm size-curve CONFIG CHECKPOINT --data DIR --out size_curve
res2net-mm size-curve RESNET.py resnet.pth RES2NET.py res2net.pth --data DIR --out size_curve

Of classifiers, top-1 of the same images, shrunk on a canvas of the network's input. The test set
of a detector is run at several zooms, so that each object is seen at several sizes. Zoom 1 is the
test itself; the default zooms together take as long as 34 tests. What is found at a zoom is kept in
--out, and the same command takes it from there.
"""

from argparse import ArgumentParser
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from ..options import add_config_options, add_layout


def factor(text: str) -> float:
    """Return a number that is written as one or as a fraction: ``0.5``, ``2/3``."""
    try:
        return float(Fraction(text))
    except ZeroDivisionError as error:
        raise ValueError(text) from error


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    parser.usage = f'{parser.prog} CONFIG CHECKPOINT [CONFIG CHECKPOINT ...] --out DIR [options]'
    add(
        'models',
        nargs='+',
        metavar='CONFIG CHECKPOINT',
        help='a detector or a classifier: its config, and its trained weights or exported file; '
        'then the next',
    )
    add('--out', required=True, metavar='DIR', help='folder to write into, and to resume from')
    add('--data', metavar='DIR', help='test on this folder of images')
    add_layout(parser, of='--data')
    add(
        '--zooms',
        type=factor,
        nargs='+',
        metavar='Z',
        help="factors of the config's own resize; default 1/4 1/2 2/3 1 3/2 2 3 4, for classifiers "
        '1/8 1/6 1/4 1/3 1/2 2/3 1',
    )
    add('--names', nargs='+', metavar='NAME', help="names of the models; default: the configs'")
    add(
        '--bootstrap',
        type=int,
        metavar='N',
        help='draws of the images for the intervals, 0 for none; default 1000',
    )
    add('--seed', type=int, help='of the bootstrap; default 0')
    add('--device', help='default the GPU if there is one')
    add(
        '--max-memory',
        type=float,
        metavar='GIB',
        help='memory that images may take on a CPU; default what is free. An image that would take '
        'more is named and left out at that zoom',
    )
    add_config_options(parser)


def run(models: Sequence[str], out: str, **options: Any) -> None:
    from res2net_mm.apparent_size import measure_size_curve

    measure_size_curve(models, out=out, **options)

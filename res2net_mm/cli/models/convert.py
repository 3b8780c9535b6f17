"""Write a Res2Net checkpoint in another publisher's names, tensor for tensor."""

from argparse import ArgumentParser
from typing import Any


def add_options(parser: ArgumentParser) -> None:
    from res2net_mm.checkpoints import WRITABLE

    add = parser.add_argument
    add('source', metavar='SRC', help='file, https URL, res2net://<preset> or hf://OWNER/REPO/FILE')
    add('target', metavar='DST', help='file to write; .safetensors or PyTorch')
    add('--to', choices=WRITABLE, required=True, help='publisher to name as')
    add('--dialect', help='publisher of SRC; default: recognized by its names')
    add('--weights', choices=('ema',), help='the averaged weights of SRC; default the trained ones')
    add('--prefix', help='what precedes the names of the backbone in SRC')


def run(source: str, target: str, **options: Any) -> None:
    from res2net_mm.checkpoints import convert_checkpoint

    print(convert_checkpoint(source, target, **options))

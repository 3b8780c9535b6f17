"""Write a Res2Net checkpoint in another publisher's names, tensor for tensor."""

from argparse import ArgumentParser


def add_options(parser: ArgumentParser) -> None:
    """Declare the options."""
    from res2net_mm.checkpoints import WRITABLE

    parser.add_argument('source', metavar='SRC', help='file, https URL or res2net://<preset>')
    parser.add_argument('target', metavar='DST', help='file to write; .safetensors or PyTorch')
    parser.add_argument('--to', choices=WRITABLE, required=True, help='publisher to name as')
    parser.add_argument('--dialect', help='publisher of SRC; default: recognized by its names')
    parser.add_argument('--prefix', help='what precedes the names of the backbone in SRC')


def run(source: str, target: str, *, to: str, dialect: str | None, prefix: str | None) -> None:
    """Convert the file and print what was written."""
    from res2net_mm.checkpoints import convert_checkpoint

    print(convert_checkpoint(source, target, to=to, dialect=dialect, prefix=prefix))

"""List the published networks, or all that is known of one of them."""

from argparse import ArgumentParser


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        'name', nargs='?', metavar='NAME', help='name or alias of a network; default: list all'
    )


def run(name: str | None = None) -> None:
    from res2net_mm.presets import describe, zoo_table

    print(zoo_table() if name is None else describe(name))

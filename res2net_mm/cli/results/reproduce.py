"""List every published number of Res2Net, or run a row and write measured beside published.

res2net-mm reproduce
res2net-mm reproduce table8/r2n50_26w4s --dry-run
res2net-mm reproduce table8/r2n50_26w4s --data DIR
res2net-mm reproduce table8 --all
"""

from argparse import ArgumentParser
from typing import Any

from res2net_mm.errors import UserError, argument

from ..options import add_config_options, add_run


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('row', nargs='?', metavar='ROW', help='a row or a table; default: list all')
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        '--all',
        dest='run_all',
        action='store_true',
        help='run every row (of the table), and resume what was interrupted',
    )
    what.add_argument('--dry-run', action='store_true', help='say what would be run, and its size')
    what.add_argument(
        '--write', nargs='?', const='docs/reproduction.md', metavar='FILE', help='write the page'
    )
    add('--data', metavar='DIR', help='a folder in place of the published data')
    add('--test-data', metavar='DIR', help='a folder to test on, where that is not --data')
    add('--checkpoint', metavar='FILE', help='trained weights to test, in place of the published')
    add(
        '--no-pretrained',
        dest='pretrained',
        action='store_false',
        help='start training from random weights',
    )
    add_run(parser, work_dir='work_dirs/reproduction')
    add_config_options(parser)


def run(
    row: str | None = None,
    run_all: bool = False,
    dry_run: bool = False,
    write: str | None = None,
    **options: Any,
) -> int:
    from res2net_mm.reproduction import (
        describe,
        find_rows,
        listing,
        reproduce,
        reproduce_each,
        write_sheet,
    )
    from res2net_mm.reproduction.rows import all_rows

    if write:
        print(write_sheet(write))
        return 0
    rows = all_rows() if row is None else find_rows(row)
    if dry_run:
        print('\n\n'.join(map(describe, rows)))
    elif run_all:
        if 'checkpoint' in options:
            raise UserError(f'{argument("checkpoint")} is of one row, not of {argument("all")}')
        done = failed = 0
        for _, table, error in reproduce_each(rows, **options):
            print(table or error, end='\n\n', flush=True)
            done, failed = done + (not error), failed + bool(error)
        left = len(rows) - done - failed
        print(f'{done} of {len(rows)} rows done, {failed} could not be run, {left} have no config')
        return 1 if failed else 0
    elif len(rows) == 1 and row is not None:
        print(reproduce(rows[0], **options))
    else:
        given = options.keys() - {'launcher', 'work_dir'}
        if given:
            raise UserError('name a row to run it, or give --all')
        print(listing(rows, options.get('work_dir')))
    return 0

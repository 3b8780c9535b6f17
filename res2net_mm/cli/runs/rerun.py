"""Train again as recorded in the work directory of a run: same config, data, options and seed.

res2net-mm rerun work_dirs/faster_rcnn_r2n50_fpn
"""

from argparse import ArgumentParser

from ..options import add_run


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument('recorded', metavar='WORK_DIR', help='work directory that holds a run.json')
    add_run(parser, work_dir='WORK_DIR_rerun')


def run(recorded: str, *, work_dir: str | None = None, launcher: str = 'none') -> None:
    from res2net_mm.engine import rerun

    rerun(recorded, new_work_dir=work_dir, launcher=launcher)

#!/usr/bin/env python
"""Do a run again: ``python tools/rerun.py work_dirs/faster_rcnn_r2n50_fpn``."""

import argparse
import os

from res2net_mm import engine
from res2net_mm.errors import exit_on_user_error


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('run', metavar='WORK_DIR', help='work directory of the run, with run.json')
    parser.add_argument('--work-dir', help='where to write; default WORK_DIR_rerun')
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    with exit_on_user_error(debug=args.debug):
        engine.rerun(args.run, new_work_dir=args.work_dir, launcher=args.launcher)


if __name__ == '__main__':
    main()

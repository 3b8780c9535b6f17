#!/usr/bin/env python3
"""Set up everything this project needs in a virtual environment; `make setup` calls it.

    python3 tools/setup_env.py                     # .venv in this checkout
    python3 tools/setup_env.py --venv ~/res2net    # elsewhere
    python3 tools/setup_env.py --cpu               # the CPU build although there is an NVIDIA GPU
    python3 tools/setup_env.py --original          # mmengine, mmcv, ... in place of onedl-*

It installs what requirements/ pins, in the order that works: torch first, then mmcv compiled
against it (the wheel is kept in the user's cache, so only the first set-up takes minutes), the
rest of OpenMMLab, this checkout. Called again, it returns at once unless its input has changed.
"""

import os
import sys

from environment.fit_python import python_fault


def main():
    """Return the exit status; only a fit Python can read the steps, so they are imported late."""
    fault = python_fault(sys.version_info)
    if fault:
        sys.stderr.write('error: ' + fault + '\n')
        return 2
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # res2net_mm
    from environment import set_up

    return set_up.main(__doc__)


if __name__ == '__main__':
    sys.exit(main())

#!/usr/bin/env python3
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # it runs where the package is not installed, too

from res2net_mm.cli import main

if __name__ == '__main__':
    raise SystemExit(main('doctor'))

#!/usr/bin/env python
from res2net_mm.cli import main

if __name__ == '__main__':
    raise SystemExit(main('compare-slicing'))

"""``python -m res2net_mm COMMAND``, the same as ``res2net-mm COMMAND``."""

import sys

from .cli import main

if __name__ == '__main__':
    sys.exit(main())

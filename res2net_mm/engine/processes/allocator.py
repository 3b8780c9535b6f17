"""How the C library hands out memory while a network trains on a CPU."""

import ctypes
import os

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of glibc's malloc.h
_MOST = 2**31 - 1  # B, the largest value that mallopt takes


def keep_freed_memory() -> bool:
    """Let glibc keep freed memory for the next training step in place of handing it back.

    By default it hands large blocks back as soon as they are freed, and the system clears every
    page of them anew in the next step: of Res2Net-50 at 480x640 some 67,000 pages, a tenth of the
    time. The process holds its peak of memory from then on, which is that of every step.

    Nothing is changed where the environment already says how memory is handed out, by a variable of
    glibc or by a library that is loaded in malloc's place, or where the C library is another.

    Returns:
        Whether freed memory is kept.
    """
    tuned = any(name.startswith('MALLOC_') for name in os.environ)
    if tuned or os.environ.keys() & {'GLIBC_TUNABLES', 'LD_PRELOAD'}:
        return False
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # musl, macOS, Windows
        return False
    return bool(set_option(_MMAP_THRESHOLD, _MOST) and set_option(_TRIM_THRESHOLD, _MOST))

"""Know before an image is run whether it fits into memory.

Linux ends a process that asks for more than there is, without an exception to catch. But what a
network needs grows with the pixels of its input, so what smaller images took says what a larger one
will take. On a GPU the attempt is made and its error caught, which needs no forecast.
"""

import re
from pathlib import Path

import torch

from res2net_mm.errors import UserError, argument

GIB = 2**30
INPUT = 12  # bytes of a pixel of the input: three channels, float32
SPARE = 0.9  # share of the free memory that an image may take
_STATUS, _CLEAR = Path('/proc/self/status'), Path('/proc/self/clear_refs')
_FREE, _GROUP = Path('/proc/meminfo'), Path('/sys/fs/cgroup')
_EXHAUSTED = re.compile(r"not enough memory|can't allocate memory|out of memory", re.IGNORECASE)


class MemoryGuard:
    """Forecast what an input needs from what smaller ones took.

    Args:
        limit: Memory in GiB that the inputs may take; None for what the machine has free.
        device: Where the model runs.

    Raises:
        UserError: The limit is not positive.
    """

    def __init__(self, limit: float | None, device: torch.device) -> None:
        if limit is not None and not limit > 0:
            raise UserError(f'{argument("max_memory", limit)} must be more than 0 GiB')
        self.limit = None if limit is None else limit * GIB
        self.forecasts = device.type == 'cpu' and _reset_peak()
        self.start = _read_bytes(_STATUS, 'VmRSS') or 0
        self.largest, self.taken = 0, 0  # pixels of the largest input so far, and bytes it took

    def lacking(self, pixels: int) -> str | None:
        """Return why an input of so many pixels does not fit; None if it does or nobody knows."""
        if not self.forecasts or not 0 < self.largest < pixels:
            return None
        needed, free = self.taken * pixels / self.largest, self._free()
        if needed <= free:
            return None
        return f'it needs about {needed / GIB:.1f} GiB, and {free / GIB:.1f} GiB may be taken'

    def measure(self, pixels: int) -> None:
        """Note that an input of so many pixels has been run."""
        if self.forecasts and pixels > self.largest:
            # What is freed and used again does not show; the input itself is certain.
            grown = (_read_bytes(_STATUS, 'VmHWM') or 0) - self.start
            self.largest, self.taken = pixels, max(grown, INPUT * pixels)

    def _free(self) -> float:
        if self.limit is not None:
            return self.limit
        held = max((_read_bytes(_STATUS, 'VmRSS') or 0) - self.start, 0)  # it is used again
        free = [_read_bytes(_FREE, 'MemAvailable') or 0]
        most, used = (_read_number(_GROUP / name) for name in ('memory.max', 'memory.current'))
        if most is not None and used is not None:  # of a container
            free.append(most - used)
        return SPARE * (max(min(free), 0) + held)


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error says that memory did not suffice."""
    if isinstance(error, MemoryError | torch.cuda.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and bool(_EXHAUSTED.search(str(error)))


def _reset_peak() -> bool:
    """Have the peak of this process counted from now on; return whether that is possible."""
    try:
        _CLEAR.write_text('5')
    except OSError:
        return False
    return _read_bytes(_STATUS, 'VmHWM') is not None


def _read_bytes(file: Path, field: str) -> int | None:
    """Return a field of a file of /proc that is in kB; None where there is no such file."""
    try:
        found = re.search(rf'^{field}:\s+(\d+) kB', file.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) * 1024 if found else None


def _read_number(file: Path) -> int | None:
    try:
        text = file.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None

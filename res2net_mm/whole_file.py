"""Write a file whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | Path) -> Iterator[Path]:
    """Yield a path to write to, beside ``path``, that takes its place once the block has ended.

    If the block raises, what it wrote is removed and what was at ``path`` stays. The name written
    to keeps the suffix, by which some writers choose the format.
    """
    path = Path(path)
    partial = path.with_name(f'.{path.stem}.partial-{os.getpid()}{path.suffix}')
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)

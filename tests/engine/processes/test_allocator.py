"""What is freed is handed out again without the system clearing it anew."""

import os
import subprocess
import sys

import pytest

COUNT_FAULTS = """
import resource, sys
import torch
from res2net_mm.engine.processes.allocator import keep_freed_memory

kept = keep_freed_memory() if sys.argv[1] == 'keep' else None

def step():
    maps = [torch.zeros(2_000_000) for _ in range(12)]

for _ in range(2):
    step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(kept, resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def count_faults(how: str, **environment: str) -> tuple[str, int]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith('MALLOC_')}
    clean = {k: v for k, v in clean.items() if k not in ('GLIBC_TUNABLES', 'LD_PRELOAD')}
    command = [sys.executable, '-c', COUNT_FAULTS, how]
    done = subprocess.run(
        command, env=clean | environment, capture_output=True, text=True, check=True
    )
    kept, faults = done.stdout.split()
    return kept, int(faults)


@pytest.mark.skipif(sys.platform != 'linux', reason='the allocator is of another system')
def test_pages_are_not_cleared_anew():
    _, before = count_faults('default')
    kept, after = count_faults('keep')
    assert kept == 'True'
    assert before > 100  # 96 MB five times, or a part of it, in pages of 4 KB or 2 MB
    assert after < before / 10


def test_an_environment_that_says_how_is_left_alone():
    kept, _ = count_faults('keep', MALLOC_ARENA_MAX='2')
    assert kept == 'False'

import os
import sys
from collections import OrderedDict
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings
from mmengine.fileio.backends import backends, prefix_to_backends
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.runner.checkpoint import CheckpointLoader
from mmengine.visualization import Visualizer

from res2net_mm.data import draw_demo_set

# Tests import what lies here and what lies beside them by its name. The folders of cli/ come last,
# since its commands are called as what they run.
TESTS = Path(__file__).parent
FOLDERS = (TESTS, *(path for path in sorted(TESTS.rglob('*')) if path.is_dir()))
sys.path += map(str, sorted(FOLDERS, key=lambda folder: folder.is_relative_to(TESTS / 'cli')))

# Which operators compute must not depend on how busy the machine is.
os.environ.setdefault('RES2NET_MM_OPERATORS', 'builtin')

# The same few examples each time, so that a change is what fails a test. For a search by night:
# pytest --hypothesis-profile thorough
FIXTURES = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
settings.register_profile(
    'quick', max_examples=12, derandomize=True, deadline=None, suppress_health_check=FIXTURES
)
settings.register_profile(
    'thorough', max_examples=500, deadline=None, suppress_health_check=FIXTURES
)
settings.load_profile('quick')


@pytest.fixture(autouse=True)
def current_run_ends():
    """What a run makes current for the process (logger, scope, ...) is not so for the next test."""
    MMLogger._instance_dict = OrderedDict()  # fixtures of a module may have run something, too
    with made_current_is_undone():
        yield


@pytest.fixture(scope='module', autouse=True)
def current_run_of_fixtures_ends():
    """What a fixture of a module makes current is not so for the next module."""
    with made_current_is_undone():
        yield


@contextmanager
def made_current_is_undone():
    before = {kind: kind._instance_dict.copy() for kind in managed()}
    yield
    for kind in managed():
        kind._instance_dict = before.get(kind, OrderedDict())


def managed() -> tuple[type, ...]:
    return DefaultScope, MessageHub, MMLogger, Visualizer, *Visualizer.__subclasses__()


@pytest.fixture(scope='session')
def coco_folder(tmp_path_factory):
    """A folder in COCO layout, eight images to train on and four to test on."""
    return draw_demo_set(tmp_path_factory.mktemp('coco') / 'set', train_images=8, val_images=4)


@pytest.fixture
def undone():
    """What training changes for the whole process is undone afterwards."""
    tables = (CheckpointLoader._schemes, backends, prefix_to_backends)
    before = [table.copy() for table in tables]
    yield
    for table, entries in zip(tables, before, strict=True):
        table.clear()
        table.update(entries)
    torch.use_deterministic_algorithms(False)

"""Shipped configs, loaded once."""

import copy
import functools

import pytest
from mmengine.config import Config

from res2net_mm.openmmlab.config_names import shipped_file


@functools.cache
def _load(name: str) -> Config:
    return Config.fromfile(shipped_file(name))


@pytest.fixture
def load():
    """Return a shipped config by name, a copy for each test."""
    return lambda name: copy.deepcopy(_load(name))

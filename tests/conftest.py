import pytest
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer


@pytest.fixture(autouse=True)
def current_run_ends():
    """What a run makes current for the process (logger, scope, ...) is not so for the next test."""
    managed = (DefaultScope, MessageHub, MMLogger, Visualizer)
    before = [kind._instance_dict.copy() for kind in managed]
    yield
    for kind, instances in zip(managed, before, strict=True):
        kind._instance_dict = instances

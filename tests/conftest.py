from collections import OrderedDict

import pytest
from hypothesis import HealthCheck, settings
from mmengine.logging import MessageHub, MMLogger
from mmengine.registry import DefaultScope
from mmengine.visualization import Visualizer

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
    before = {kind: kind._instance_dict.copy() for kind in managed()}
    yield
    for kind in managed():
        kind._instance_dict = before.get(kind, OrderedDict())


def managed() -> tuple[type, ...]:
    return DefaultScope, MessageHub, MMLogger, Visualizer, *Visualizer.__subclasses__()

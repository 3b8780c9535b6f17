"""Parameters and GFLOPs equal the published ones."""

import pytest
from mmengine.config import Config
from mmengine.hub import get_config

from lab import published_complexity as module
from lab.published_complexity import PUBLISHED, complexity_table
from res2net_mm.benchmark.complexity import measure_complexity


@pytest.mark.parametrize('name', PUBLISHED)
def test_published_detectors_cost_what_was_published(name):
    measured = measure_complexity(get_config(f'res2net_mm::{name}.py'))
    assert measured == pytest.approx(PUBLISHED[name], rel=5e-4)


def test_the_table_has_a_line_for_each(monkeypatch):
    monkeypatch.setattr(module, 'measure_complexity', lambda cfg: PUBLISHED[cfg.name])
    table = complexity_table(lambda name: Config(dict(name=name)))
    assert table.count('+0.00%') == 2 * len(PUBLISHED)
    assert all(name in table for name in PUBLISHED)

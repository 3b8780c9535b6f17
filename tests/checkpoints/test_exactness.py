import fill
import pytest
import torch

from res2net_mm.presets import find
from res2net_mm.registry import MODELS

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}


@pytest.mark.parametrize('name', fill.references())
def test_computes_what_the_publishers_network_computes(name, save):
    reference = fill.reference(name)
    path = save(fill.fill(reference['layout']))
    net = MODELS.build(
        dict(
            type=f'res2net_mm.{find(reference["variant"]).backbone}',
            preset=reference['variant'],
            init_cfg=dict(type='Pretrained', checkpoint=str(path)),
        )
    )
    net.init_weights()
    net.eval()
    for dtype, tolerance in TOLERANCE.items():
        images = fill.image(reference['input_shape']).to(dtype)
        with torch.no_grad():
            features = net.to(dtype)(images)
        assert fill.worst_error(features, reference['stages']) < tolerance

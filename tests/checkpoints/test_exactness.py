import pickle

import fill
import pytest
import torch

from res2net_mm.presets import find
from res2net_mm.registry import MODELS

TOLERANCE = {torch.float32: 1e-4, torch.float64: 1e-9}


def write(path, state, dialect):
    """Save a state dict the way a dialect's publisher does."""
    arrays = {name: tensor.numpy() for name, tensor in state.items()}
    if dialect == 'paddle':
        names = {name: f'conv_{i}.w_0' for i, name in enumerate(arrays)}
        path.write_bytes(pickle.dumps({**arrays, 'StructuredToParameterName@@': names}, 4))
    elif dialect == 'detectron2':
        path.write_bytes(pickle.dumps(dict(model=arrays, matching_heuristics=True)))
    elif dialect == 'maskrcnn-benchmark':
        body = {f'module.backbone.body.{name}': tensor for name, tensor in state.items()}
        torch.save(dict(model=body, iteration=180000), path)
    elif dialect == 'mmpretrain':
        backbone = {f'backbone.{name}': tensor for name, tensor in state.items()}
        torch.save(dict(meta={}, state_dict=backbone), path)
    else:
        torch.save(state, path)


@pytest.mark.parametrize('name', fill.references())
def test_computes_what_the_publishers_network_computes(name, tmp_path):
    reference = fill.reference(name)
    write(tmp_path / 'weights', fill.fill(reference['layout']), reference['dialect'])
    net = MODELS.build(
        dict(
            type=f'res2net_mm.{find(reference["variant"]).backbone}',
            preset=reference['variant'],
            init_cfg=dict(type='Pretrained', checkpoint=str(tmp_path / 'weights')),
            **reference.get('arguments', {}),
        )
    )
    net.init_weights()
    net.eval()
    for dtype, tolerance in TOLERANCE.items():
        images = fill.image(reference['input_shape']).to(dtype)
        with torch.no_grad():
            features = net.to(dtype)(images)
        # maskrcnn-benchmark's norms add no epsilon to the variance, all others 1e-5.
        tolerance = max(tolerance, reference.get('tolerance', 0))
        assert fill.worst_error(features, reference['stages']) < tolerance

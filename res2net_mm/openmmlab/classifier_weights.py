"""Put a published classifier's file into MMPretrain's classifier: its last layer, too."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from res2net_mm.checkpoints.averaged import choose_weights
from res2net_mm.checkpoints.backbone_tensors import backbone_tensors, set_metadata

LAST_LAYER = 'fc.'  # in official names, beside the stages
HEAD_LAYER = 'head.fc.'  # of MMPretrain's linear heads


def is_classifier(model: nn.Module) -> bool:
    """Return whether a model is a backbone of this package under a linear head."""
    ours = hasattr(getattr(model, 'backbone', None), 'block_rule_given')
    return ours and isinstance(getattr(getattr(model, 'head', None), 'fc', None), nn.Linear)


def in_names_of_model(
    model: nn.Module, checkpoint: Mapping[str, Any], source: str
) -> Mapping[str, Any]:
    """Return a checkpoint in the names of a classifier of MMPretrain.

    Publishers save stages and last layer side by side (``layer1.0...``, ``fc.weight``), each in the
    names of its dialect; DLA's last layer is a 1x1 convolution, and Paddle stores its matrix
    transposed. The block rule of the weights goes along.

    Args:
        model: The model that the checkpoint is for.
        checkpoint: What was read from the file.
        source: The file's name, for errors.

    Returns:
        ``checkpoint`` itself for another model, and where it holds a whole model already.

    Raises:
        UserError: The checkpoint holds no Res2Net or several, or an unknown block rule.
    """
    if not is_classifier(model):
        return checkpoint
    chosen, _ = choose_weights(dict(checkpoint), None, source)
    found = backbone_tensors(chosen, source=source)
    if f'{LAST_LAYER}weight' not in found.state:
        return checkpoint
    state: OrderedDict[str, Tensor] = OrderedDict()
    for name, tensor in found.state.items():
        if name.startswith(LAST_LAYER):
            is_convolution = tensor.ndim == 4 and tensor.shape[2:] == (1, 1)
            name = HEAD_LAYER + name.removeprefix(LAST_LAYER)
            state[name] = tensor.flatten(1) if is_convolution else tensor
        else:
            state[f'backbone.{name}'] = tensor
    set_metadata(state, {'backbone': dict(version=1, block_rule=found.block_rule)})
    return dict(meta=checkpoint.get('meta') or {}, state_dict=state)

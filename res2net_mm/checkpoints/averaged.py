"""Averaged weights (EMA) that a checkpoint holds beside those that were trained."""

from collections.abc import Mapping
from typing import Any

from res2net_mm.errors import UserError, argument, check_choice

#: Where training code keeps averaged weights: timm, torchvision, MMEngine and others.
AVERAGED = ('state_dict_ema', 'model_ema', 'ema_state_dict', 'ema_model', 'ema')
#: Where it keeps the weights that it trains.
TRAINED = ('state_dict', 'model', 'model_state', 'net')
#: What ``weights`` takes.
WEIGHTS = (None, 'ema')


def averaged_weights(checkpoint: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """Return where a checkpoint holds averaged weights, and these; None where it holds none.

    MMEngine's EMAHook saves the average as ``state_dict``, to be loaded by whoever knows nothing of
    it, and the trained weights in the average's place, ``ema_state_dict``.
    """
    for key in AVERAGED:
        found = checkpoint.get(key)
        if isinstance(found, Mapping) and found:
            trained = checkpoint.get('state_dict')
            if key == 'ema_state_dict' and 'steps' in found and isinstance(trained, Mapping):
                return 'state_dict', trained
            return key, found
    return None


def choose_weights(
    checkpoint: Mapping[str, Any], weights: str | None, source: str
) -> tuple[Mapping[str, Any], str]:
    """Return the part of a checkpoint to load, and what a report says of averaged weights.

    Args:
        checkpoint: As read.
        weights: ``ema`` for the averaged weights; None for what the file is loaded for by default:
            ``state_dict``, ``model`` and the like, and the average where there is nothing else.
        source: The name of the checkpoint in errors.

    Raises:
        UserError: ``weights`` is not known, or the checkpoint holds no averaged weights.
    """
    check_choice('weights', weights, WEIGHTS)
    averaged = averaged_weights(checkpoint)
    if averaged is None:
        if weights == 'ema':
            keys = ', '.join(map(str, [*checkpoint][:8]))
            raise UserError(
                f'{source} holds no averaged weights ({", ".join(AVERAGED)}): it has {keys}'
            )
        return checkpoint, ''
    key, found = averaged
    if key == 'state_dict':
        return checkpoint, "averaged weights, as MMEngine's EMAHook saves them"
    if weights == 'ema' or not any(key in checkpoint for key in TRAINED):
        return found, f'averaged weights, of {key}'
    return (
        checkpoint,
        f'averaged weights ({key}) not taken: {argument("weights", "ema")} takes them',
    )

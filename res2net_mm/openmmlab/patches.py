"""Keep the gradient of a one-stage detector's scores."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from torch import Tensor, nn


@contextmanager
def graph_kept(model: nn.Module) -> Iterator[None]:
    """Let the scores of MMDetection's dense heads keep their graph while the block lasts.

    ``predict_by_feat`` takes the maps of each image with ``select_single_mlvl``, which detaches
    them; there is no argument to have it otherwise. Models without such a head are left as they
    are.
    """
    predict = getattr(getattr(model, 'bbox_head', None), 'predict_by_feat', None)
    names = getattr(predict, '__globals__', {})
    if 'select_single_mlvl' not in names:
        yield
        return
    with patch.dict(names, select_single_mlvl=_attached):
        yield


def _attached(levels: list[Tensor], batch_id: int, detach: bool = True) -> list[Tensor]:
    """Return the maps of one image: each (N, C, H, W) -> (C, H, W)."""
    return [level[batch_id] for level in levels]

"""The scores by size are curves of every visualizer of MMEngine."""

from importlib.util import find_spec

import pytest
from mmengine.config import Config
from mmengine.registry import VISBACKENDS
from mmengine.visualization import BaseVisBackend
from shipped_configs import LIGHT, QUICK

from res2net_mm.engine import train

RECORDED: list[tuple[int, dict]] = []
CURVES = {f'coco/bbox_{score}{size}' for score in ('mAP', 'AR') for size in ('', '_s', '_m', '_l')}


@VISBACKENDS.register_module(force=True)
class RecordingVisBackend(BaseVisBackend):
    """Keeps what any backend is given."""

    def __init__(self, save_dir=''):
        super().__init__(save_dir)

    def _init_env(self):
        pass

    @property
    def experiment(self):
        return self

    def add_scalars(self, scalar_dict, step=0, file_path=None, **_):
        RECORDED.append((step, dict(scalar_dict)))


@pytest.mark.slow
def test_each_validation_adds_a_point_to_every_curve(coco_folder, tmp_path, undone):
    cfg = Config.fromfile(LIGHT)
    backends = ['LocalVisBackend', 'mmengine.RecordingVisBackend']
    with_tensorboard = find_spec('tensorboard') is not None
    if with_tensorboard:
        backends.append('TensorboardVisBackend')
    cfg.visualizer.vis_backends = [dict(type=name) for name in backends]
    cfg.merge_from_dict({**QUICK, 'train_cfg.max_epochs': 2, 'train_cfg.val_interval': 1})
    RECORDED.clear()
    train(cfg, data=coco_folder, work_dir=tmp_path)
    points = {step: scalars for step, scalars in RECORDED if 'coco/bbox_mAP' in scalars}
    assert list(points) == [1, 2]
    for scalars in points.values():
        assert set(scalars) >= CURVES
        assert all(0 <= scalars[name] <= 1 for name in CURVES)
    if with_tensorboard:
        assert curves_of_tensorboard(tmp_path) == {
            name: [(step, pytest.approx(points[step][name])) for step in points] for name in CURVES
        }


def curves_of_tensorboard(work_dir):
    """Return the points of each curve that TensorBoard shows of a run."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    (file,) = work_dir.rglob('events.out.tfevents*')
    events = EventAccumulator(str(file))
    events.Reload()
    return {name: [(e.step, e.value) for e in events.Scalars(name)] for name in CURVES}

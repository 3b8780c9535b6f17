"""A trained detector with its test set, to be run on it in more than one way."""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, cast

import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from mmengine.registry import DATASETS, MODELS, init_default_scope

from res2net_mm.engine.evaluate import classes_of
from res2net_mm.engine.prepare import prepare_config, prepare_data
from res2net_mm.errors import UserError
from res2net_mm.evaluation import SizeMetric
from res2net_mm.file_kinds import is_exported
from res2net_mm.openmmlab.config import ConfigErrors
from res2net_mm.openmmlab.edit import DETECTOR, model_kind, type_name
from res2net_mm.openmmlab.trained_model import choose_device, load_trained

# eval_mode of MMDetection's VOCMetric -> protocol
_VOC = {'11points': 'voc07', 'area': 'voc12'}


@dataclass(frozen=True)
class TestSet:
    """The test set that a detector is scored on.

    Attributes:
        cfg: The config, its ``test_dataloader`` on the data that is tested.
        messages: What was found in the data.
    """

    __test__ = False  # no test, whatever pytest makes of the name

    cfg: Config
    messages: tuple[str, ...]

    def make_metric(self) -> SizeMetric:
        """Return a new metric by size on the ground truth of the test set.

        Raises:
            UserError: The config's evaluator tells of no ground truth that can be scored.
        """
        with ConfigErrors(self.cfg, 'cannot be scored by size'):
            return SizeMetric(**_metric_options(self.cfg))

    def build(self, loader: Mapping[str, Any] | None = None) -> Any:
        """Build the data set of a data loader's settings, None for the config's own."""
        with redirect_stdout(StringIO()):  # pycocotools says that it reads its file
            return DATASETS.build((loader or self.cfg.test_dataloader)['dataset'])


@dataclass(frozen=True)
class TestedDetector:
    """A trained detector and its test set.

    Attributes:
        tests: The test set.
        checkpoint: The weights, or an exported file.
        model: The model in evaluation mode, on its device.
        device: That device.
    """

    __test__ = False

    tests: TestSet
    checkpoint: Path
    model: BaseModel
    device: torch.device


def prepare_test_set(
    config: str | Path | Config,
    checkpoint: str | Path,
    *,
    work_dir: Path,
    data: str | Path | None = None,
    layout: str | None = None,
    cfg_options: Mapping[str, Any] | None = None,
) -> TestSet:
    """Point the config of a detector at its test set.

    Args:
        config: A config file, a toolbox's name for one, or a loaded config.
        checkpoint: The trained weights, or a file that ``res2net-mm export`` wrote.
        work_dir: Where annotations of ``data`` are kept that are not in COCO layout.
        data: A folder in place of the config's data, as in testing.
        layout: The layout of ``data``; by default the best that fits.
        cfg_options: Settings to override.

    Raises:
        UserError: Something the user can mend.
    """
    cfg = prepare_config(
        config,
        needs=('model', 'test_dataloader'),
        work_dir=work_dir,
        cfg_options=cfg_options,
        launcher='none',
    )
    if (kind := model_kind(cfg)) != DETECTOR:
        raise UserError(f'this is for detectors, and the config describes a {kind}')
    messages = prepare_data(
        cfg,
        loaders=('test_dataloader',),
        data=data,
        layout=layout,
        known=classes_of(checkpoint),
    )
    if _metric_options(cfg).get('format_only'):
        raise UserError(f'{data or "the test set"} has no labels, and so no sizes to score')
    init_default_scope(cfg.get('default_scope') or 'mmdet')
    return TestSet(cfg, tuple(messages))


def load_tested_detector(
    tests: TestSet, checkpoint: str | Path, *, device: str | None = None
) -> TestedDetector:
    """Load the trained detector of a test set's config.

    Args:
        tests: The test set.
        checkpoint: The trained weights, or a file that ``res2net-mm export`` wrote.
        device: As torch calls it; default the GPU if there is one.

    Raises:
        UserError: The weights cannot be read or are of another model.
    """
    on = choose_device(device)
    if is_exported(checkpoint):
        model = MODELS.build(dict(type='res2net_mm.ExportedModel', file=str(checkpoint)))
        on = torch.device('cpu')
    else:
        model = load_trained(tests.cfg, checkpoint)[0]
    return TestedDetector(tests, Path(checkpoint), cast(BaseModel, model.to(on).eval()), on)


def _metric_options(cfg: Config) -> dict[str, Any]:
    """Return the arguments of a SizeMetric that scores as the config's evaluator does."""
    evaluator = cfg.get('test_evaluator') or []
    metrics: Sequence[Any] = evaluator if isinstance(evaluator, list | tuple) else [evaluator]
    for metric in metrics:
        name, options = type_name(metric), {k: v for k, v in metric.items() if k != 'type'}
        if name == 'SizeMetric':
            return {**options, 'bootstrap': 0}
        if name == 'CocoMetric':
            kinds = options.get('metric', 'bbox')
            kinds = [kinds] if isinstance(kinds, str) else kinds
            return dict(
                ann_file=options.get('ann_file'),
                metric=[kind for kind in kinds if kind in ('bbox', 'segm')] or 'bbox',
                backend_args=options.get('backend_args'),
                format_only=options.get('format_only', False),
            )
        if name == 'VOCMetric':
            return dict(protocol=_VOC.get(options.get('eval_mode', '11points'), 'voc07'))
    named = ', '.join(map(type_name, metrics)) or 'none'
    raise UserError(
        f'the config is evaluated by {named}, and sizes are scored by SizeMetric, CocoMetric or '
        "VOCMetric: set test_evaluator=dict(type='res2net_mm.SizeMetric', ann_file=...)"
    )

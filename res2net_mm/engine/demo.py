"""Draw a data set, train on it and test: everything the package does, without data of one's own."""

from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.edit import (
    CLASSIFIER,
    SEGMENTER,
    detects_salient_objects,
    model_kind,
)

from .evaluate import evaluate
from .hooks.predictions import SHEET
from .train import train


def demo(config: str | Path, *, work_dir: str | Path | None = None) -> dict[str, float]:
    """Draw the demo set, train the config's model on it, test it and save pictures.

    Args:
        config: A config whose ``data_root`` is where the set is to be drawn.
        work_dir: Where the run writes; default ``work_dirs/<config's name>``.

    Returns:
        The metrics, by name.
    """
    from res2net_mm.data import draw_demo_set, draw_object_set  # for the demo only
    from res2net_mm.evaluation.classification import accuracy_metric
    from res2net_mm.evaluation.detection import size_metric
    from res2net_mm.evaluation.regions import region_size_metric
    from res2net_mm.evaluation.saliency import saliency_size_metric

    cfg = load_config(config, work_dir=work_dir)
    if not isinstance(cfg.get('data_root'), str):
        raise UserError(f'config {config} has no data_root, where the demo set is to be drawn')
    kind = model_kind(cfg)
    draw = draw_object_set if kind == CLASSIFIER else draw_demo_set
    draw(cfg.data_root)
    train(load_config(config, work_dir=work_dir))
    checkpoint = Path(Path(cfg.work_dir, 'last_checkpoint').read_text().strip())
    metrics = evaluate(load_config(config, work_dir=work_dir), checkpoint)
    metric = {CLASSIFIER: accuracy_metric, SEGMENTER: region_size_metric}.get(kind, size_metric)
    metric = saliency_size_metric if detects_salient_objects(cfg) else metric
    table = Path(cfg.work_dir, metric.RESULT_FILE)
    print(
        f'\nThe demo set is in {cfg.data_root}, the trained model in {checkpoint},\n'
        + (f'the table above as JSON in {table},\n' if table.is_file() else '')
        + f'pictures of its predictions in {Path(cfg.work_dir, SHEET)}.'
    )
    return metrics

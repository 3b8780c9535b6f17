"""Top-1 of classifiers against the size at which they see one and the same image.

An image is shrunk as a whole, as it comes out of the config's own test pipeline, and laid on a
canvas of the size it had, in the mean colour. So at every size the network sees the same object.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot
from mmengine.config import Config
from mmengine.registry import DATASETS
from mmengine.runner import Runner

from res2net_mm.checkpoints import open_checkpoint
from res2net_mm.engine.prepare import prepare_config, prepare_data
from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation import with_intervals
from res2net_mm.evaluation.classification.accuracy import (
    AccuracyResult,
    accuracy_table,
    score_classified,
)
from res2net_mm.evaluation.classification.accuracy_metric import RESULT_FILE
from res2net_mm.evaluation.classification.classified_images import stack_images, write_classified
from res2net_mm.openmmlab.internals import normalises, swaps_channels
from res2net_mm.openmmlab.trained_model import (
    choose_device,
    classes_in,
    find_test_dataset,
    load_trained,
)
from res2net_mm.progress import track
from res2net_mm.report.page.plots import draw_legend, make_figure, run_colour, run_style
from res2net_mm.whole_file import whole_file, write_json_file

ZOOMS = (1 / 8, 1 / 6, 1 / 4, 1 / 3, 1 / 2, 2 / 3, 1.0)


@dataclass(frozen=True)
class OnCanvas:
    """A step of a pipeline: shrink the image, and lay it on a canvas of its former size.

    Args:
        zoom: Side of the image after it, as a share of its side before; at most 1.
        colour: Of the canvas, in the image's order of channels.
    """

    zoom: float
    colour: tuple[float, ...]

    def __call__(self, results: dict[str, Any]) -> dict[str, Any]:
        image = results['img']
        height, width = image.shape[:2]
        small = max(1, round(height * self.zoom)), max(1, round(width * self.zoom))
        shrunk = cv2.resize(image, small[::-1], interpolation=cv2.INTER_AREA)
        canvas = np.empty_like(image)
        canvas[:] = np.round(self.colour).astype(image.dtype)
        top, left = (height - small[0]) // 2, (width - small[1]) // 2
        canvas[top : top + small[0], left : left + small[1]] = shrunk
        return {**results, 'img': canvas}


def measure_classifier_curve(
    models: Sequence[tuple[str, str | Path | Config, str | Path]],
    *,
    out: str | Path,
    data: str | Path | None = None,
    layout: str | None = None,
    zooms: Sequence[float] = ZOOMS,
    bootstrap: int = 1000,
    seed: int = 0,
    device: str | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> dict[str, AccuracyResult]:
    """Test classifiers on the same images at several sizes.

    ``out`` gets ``size_curve.json`` and ``size_curve.png``, and a folder for each model, in which
    the evaluation is as ``test`` leaves it: ``compare`` takes two of them, image by image.

    Args:
        models: Name, config and checkpoint of each classifier.
        out: The folder to write into.
        data: A folder in place of the configs' data, as in testing.
        layout: The layout of ``data``; by default the best that fits.
        zooms: Sides of the shrunk image as shares of the network's input, at most 1.
        bootstrap: How many times images are drawn for intervals; 0 for none.
        seed: Seed of the draws.
        device: As torch calls it; default the GPU if there is one.
        cfg_options: Settings of every config to override.
        progress: Whether to show progress.
        say: Gets messages and tables.

    Returns:
        The result of each model by its name; its bins are the sizes.

    Raises:
        UserError: Something the user can mend.
    """
    if not zooms or not all(0 < zoom <= 1 for zoom in zooms):
        listed = ', '.join(f'{zoom:g}' for zoom in zooms)
        raise UserError(
            f'{argument("zooms")} of a classifier must be above 0 and at most 1, got {listed}: a '
            'larger image would leave the canvas'
        )
    results = {}
    for name, config, checkpoint in models:
        cfg = prepare_config(
            config,
            needs=('model', 'test_dataloader'),
            work_dir=Path(out) / name,
            cfg_options=cfg_options,
            launcher='none',
        )
        known = classes_in(open_checkpoint(checkpoint)) or None
        loaders = ('test_dataloader',)
        for message in prepare_data(cfg, loaders=loaders, data=data, layout=layout, known=known):
            say(message)
        at = sorted(set(zooms))
        rows, sizes, classes = _classify(cfg, checkpoint, at, device, name, progress)
        images = stack_images(rows, classes, sizes)
        sides = sorted(set(sizes.values()))
        bins = [(f'{side:g}px', side - 0.25, side + 0.25) for side in sides]
        result = score_classified(images, bins=bins)
        if bootstrap:
            result = with_intervals(result, resamples=bootstrap, seed=seed)
        say(f'\n{name}: {accuracy_table(result)}')
        write_classified(images, Path(out) / name)
        write_json_file(result.to_dict(), Path(out) / name / RESULT_FILE)
        results[name] = result
    content = {name: result.to_dict() for name, result in results.items()}
    path = write_json_file(content, Path(out) / 'size_curve.json')
    picture = path.with_suffix('.png')
    with whole_file(picture) as partial:
        partial.write_bytes(draw_classifier_curves(results).png)
    say(f'written to {out}: {path.name}, {picture.name}, {", ".join(results)}/')
    return results


def draw_classifier_curves(results: Mapping[str, AccuracyResult]) -> Any:
    """Return the picture of top-1 against size, with intervals as bands."""

    def draw(plot: Plot) -> None:
        axes: Axes = plot.subplots()
        for run, (name, result) in enumerate(results.items()):
            sides = [(c.size_bin.low + c.size_bin.high) / 2 for c in result.bins]
            scores = [100 * (c.top1 or 0) for c in result.bins]
            ends = [c.intervals.get('top-1') for c in result.bins]
            axes.plot(sides, scores, marker='.', **run_style(run, name))
            if all(ends):
                low, high = (np.array([end[i] for end in ends if end]) * 100 for i in (0, 1))
                axes.fill_between(sides, low, high, color=run_colour(run), alpha=0.15, linewidth=0)
        axes.set_xscale('log', base=2)
        axes.xaxis.set_major_formatter(lambda value, _: f'{value:g}')
        axes.set_xticks(sides)
        axes.set_ylim(0, 100)
        axes.set_xlabel("size of the image on the canvas, px of the network's input")
        axes.set_ylabel('top-1, %')
        draw_legend(plot, [axes], 'outside upper left')

    alt = f'Top-1 of {", ".join(results)} against the size of the image.'
    return make_figure('size_curve', draw, size=(8, 4.5), alt=alt, caption='')


def _classify(
    cfg: Config,
    checkpoint: str | Path,
    zooms: Sequence[float],
    device: str | None,
    name: str,
    progress: bool,
) -> tuple[list[tuple[str, int, np.ndarray]], dict[str, float], tuple[str, ...]]:
    """Return rows of all images at all zooms, the size by name of a row, and the classes."""
    model, classes = load_trained(cfg, checkpoint)
    model.to(choose_device(device)).eval()
    preprocessor: Any = model.data_preprocessor
    mean = preprocessor.mean.flatten() if normalises(preprocessor) else torch.zeros(3)
    colour = tuple((mean.flip(0) if swaps_channels(preprocessor) else mean).tolist())
    pipeline = find_test_dataset(cfg)['pipeline']
    rows: list[tuple[str, int, np.ndarray]] = []
    sizes: dict[str, float] = {}
    for zoom in zooms:
        dataset = cfg.test_dataloader.dataset.copy()
        dataset['pipeline'] = [*pipeline[:-1], OnCanvas(zoom, colour), pipeline[-1]]
        with DATASETS.switch_scope_and_registry(cfg.get('default_scope')) as registry:
            built = registry.build(dataset)
        loader = Runner.build_dataloader({**cfg.test_dataloader, 'dataset': built}, seed=0)
        for batch in track(loader, f'{name}, zoom {zoom:.3g}', total=len(loader), shown=progress):
            with torch.no_grad():
                samples = model.test_step(batch)  # type: ignore[operator]
            for image, sample in zip(batch['inputs'], samples, strict=True):
                side = zoom * float(np.sqrt(image.shape[-1] * image.shape[-2]))
                row = f'{sample.get("img_path") or sample.get("sample_idx")}@{zoom:.6f}'
                sizes[row] = round(side, 1)
                rows.append((row, int(sample.gt_label[0]), sample.pred_score.cpu().numpy()))
    return rows, sizes, classes

"""Measure how sensitive detectors are to the size at which they see objects."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from mmengine.config import Config

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation import with_intervals
from res2net_mm.evaluation.bootstrap import check_bootstrap
from res2net_mm.evaluation.detection.errors import ErrorResult
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.edit import CLASSIFIER, model_kind

from .classifier_curve import measure_classifier_curve
from .curve_files import write_curves
from .memory_guard import MemoryGuard
from .pooling import apparent_sides, octaves, pool_views, pooled_errors
from .size_curve import SizeCurve, draw_size_curves
from .tested_detector import load_tested_detector, prepare_test_set
from .zoom_run import ZoomRun, run_zoom
from .zoom_scores import ZoomedDetector, score_runs, views_of
from .zoomed_pipeline import check_zooms

ZOOMS = (1 / 4, 1 / 2, 2 / 3, 1, 3 / 2, 2, 3, 4)
ERROR_DRAWS = 200  # at most, for intervals of what errors cost: each scores eight curves


def measure_size_curve(
    models: Sequence[str | Path | Config],
    *,
    out: str | Path,
    data: str | Path | None = None,
    layout: str | None = None,
    zooms: Sequence[float] = ZOOMS,
    names: Sequence[str] | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    device: str | None = None,
    max_memory: float | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> dict[str, list[SizeCurve]]:
    """Test detectors at several zooms, and score the same objects against their apparent size.

    At zoom z the resize of the test pipeline gives images z times as large. An object's apparent
    size is the square root of its area in px of the network's input. Zoom 1 is the test as the
    config has it, with the same scores.

    ``out`` gets ``size_curve.json``, ``.txt``, ``.png`` and ``.errors.png`` (for masks
    ``size_curve.segm`` and so on), and the detections of each model and zoom in a folder of their
    own, which a later call takes where model, config and annotations are the same; each is a run
    for ``compare``, too.

    Args:
        models: Config and checkpoint (or exported file) of a detector, of the next, and so on.
        out: The folder to write into.
        data: A folder in place of the configs' data, as in testing.
        layout: The layout of ``data``; by default the best that fits.
        zooms: Factors; 1 is the test itself.
        names: Names of the models; None for those of the configs.
        bootstrap: How many times images are drawn for intervals; 0 for none.
        seed: Seed of the draws.
        device: As torch calls it; default the GPU if there is one.
        max_memory: GiB that images may take on a CPU; None for what is free. Images that would take
            more are left out at that zoom, with their objects, and named.
        cfg_options: Settings of every config to override.
        progress: Whether to show progress.
        say: Gets messages and tables.

    Returns:
        The curves of the models, by ``iou_type``; nothing for classifiers, whose images are shrunk
        on a canvas (:func:`~.classifier_curve.measure_classifier_curve`).

    Raises:
        UserError: Something the user can mend.
    """
    check_bootstrap(bootstrap)
    named = name_models(models, names)
    if (kind := model_kind(load_config(named[0][1]))) == CLASSIFIER:
        if max_memory is not None:
            raise UserError(f'{argument("max_memory")} is for detectors, and this is a {kind}')
        measure_classifier_curve(
            named,
            out=out,
            data=data,
            layout=layout,
            bootstrap=bootstrap,
            seed=seed,
            device=device,
            cfg_options=cfg_options,
            progress=progress,
            say=say,
            **({} if zooms is ZOOMS else dict(zooms=zooms)),
        )
        return {}
    zooms = check_zooms(zooms)
    detectors = []
    for name, config, checkpoint in named:
        folder = Path(out) / name
        tests = prepare_test_set(
            config,
            checkpoint,
            work_dir=folder,
            data=data,
            layout=layout,
            cfg_options=cfg_options,
        )
        for message in tests.messages:
            say(message)
        detector = load_tested_detector(tests, checkpoint, device=device)
        guard = MemoryGuard(max_memory, detector.device)
        runs: list[ZoomRun] = []
        for zoom in zooms:
            smaller = runs[-1] if runs else None
            run = run_zoom(
                detector,
                zoom,
                folder / f'zoom{zoom:.4g}',
                guard=guard,
                smaller=smaller,
                progress=progress,
                say=say,
            )
            if run is None:
                say(f'{name}: zoom {zoom:.4g} and above are left out, no image fits into memory')
                break
            if run.reused:
                say(f'{name}, zoom {zoom:.4g}: taken from {run.folder}')
            runs.append(run)
        if not runs:
            raise UserError('no image of the test set fits into memory at any zoom')
        detectors.append(ZoomedDetector(name, tuple(runs), score_runs(runs, say)))
    curves = {}
    shared = [i for i in detectors[0].results if all(i in d.results for d in detectors)]
    if not shared:
        raise UserError('the models have no shape in common: one finds boxes, another masks only')
    for iou_type in shared:
        pooled = _pool(detectors, iou_type)
        views = {detector.name: len(detector.runs) for detector in detectors}
        how: dict[str, Any] = dict(seed=seed, progress=progress)
        curves[iou_type] = draw_size_curves(pooled, views, resamples=bootstrap, **how)
        errors = {
            name: _errors(matches, iou_type, views[name], min(bootstrap, ERROR_DRAWS), **how)
            for name, matches in pooled.items()
        }
        write_curves(Path(out), iou_type, detectors, curves[iou_type], errors, bootstrap, say)
    return curves


def name_models(
    models: Sequence[Any], names: Sequence[str] | None
) -> list[tuple[str, str | Path | Config, str | Path]]:
    """Return name, config and checkpoint of each model.

    Without ``names`` a model is called as its config, and as its checkpoint, too, where two have
    one config.

    Raises:
        UserError: If a checkpoint is missing or names are not one for each model.
    """
    if len(models) < 2 or len(models) % 2:
        raise UserError(
            f'models are given as CONFIG CHECKPOINT, one pair after the other: got {len(models)} '
            'names of files'
        )
    pairs = [(models[i], models[i + 1]) for i in range(0, len(models), 2)]
    if names is None:
        files = [getattr(c, 'filename', None) or c for c, _ in pairs]
        names = [Path(str(file)).stem for file in files]
        if len(set(names)) < len(names):
            names = [
                f'{n}-{Path(c).parent.name}-{Path(c).stem}'
                for n, (_, c) in zip(names, pairs, strict=True)
            ]
    if len(names) != len(pairs) or len(set(names)) < len(names):
        raise UserError(
            f'{argument("names")} must be {len(pairs)} different names, one for each model, got '
            f'{", ".join(names)}'
        )
    if odd := [name for name in names if not name.strip('. ') or set(name) & set('/\\')]:
        raise UserError(f'{argument("names")}: {odd[0]!r} cannot be the name of a folder')
    return [
        (name, config, checkpoint) for name, (config, checkpoint) in zip(names, pairs, strict=True)
    ]


def _errors(matches: Matches, iou_type: str, views: int, resamples: int, **how: Any) -> ErrorResult:
    """Return what each kind of error costs by apparent size, with intervals."""
    result = pooled_errors(matches, views, iou_type=iou_type)
    return with_intervals(result, resamples=resamples, **how) if resamples else result


def _pool(detectors: Sequence[ZoomedDetector], iou_type: str) -> dict[str, Matches]:
    views = {detector.name: views_of(detector, iou_type) for detector in detectors}
    bins = octaves(np.concatenate([apparent_sides(of) for of in views.values()]))
    pooled = {name: pool_views(of, bins) for name, of in views.items()}
    for (a, one), (b, other) in pairwise(pooled.items()):
        images = [len({i for _, i in matches.image_ids}) for matches in (one, other)]
        if one.categories != other.categories or images[0] != images[1]:
            raise UserError(
                f'{a} and {b} were tested on different data: {images[0]} images of '
                f'{", ".join(one.categories)} and {images[1]} images of '
                f'{", ".join(other.categories)}; give both one folder with {argument("data")}'
            )
    return pooled

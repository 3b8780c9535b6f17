"""Draw class activation maps and receptive fields of a trained model: ``res2net-mm cam``."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor, nn
from tqdm import tqdm

from res2net_mm.errors import UserError, argument
from res2net_mm.formats.image_file import shown_size
from res2net_mm.lettering import letter
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.internals import graph_kept
from res2net_mm.openmmlab.trained_model import choose_device, load_trained, read_image
from res2net_mm.whole_file import whole_file, write_json_file

from .activation_map import METHODS, CamRow, activation_maps, draw_cam_sheet
from .feature_maps import FeatureMaps, places_of, stop_recomputing
from .receptive_fields import require_picture, show_receptive_fields
from .target import choose_target, score_of

Maps = Mapping[str, np.ndarray]


def draw_class_activation(
    config: str | Path | Config,
    checkpoint: str | Path,
    image: str | Path,
    *,
    out: str | Path | None = None,
    target: str | None = None,
    top: int = 1,
    score_threshold: float = 0.3,
    method: str | None = None,
    stages: Sequence[int] | None = None,
    block: int = -1,
    receptive_fields: bool = True,
    rf_size: int = 320,
    rf_draws: int = 8,
    seed: int = 0,
    device: str | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Draw class activation maps and receptive fields, by stage and by split, into files.

    Args:
        config: A config file, a toolbox's name for one, or a loaded config.
        checkpoint: The trained weights.
        image: The image; the config's test pipeline prepares it.
        out: The picture to write, .png; default ``<image's name>_cam.png`` in the current folder.
            ``*_receptive_field.png`` is written beside it, and the figures of both as ``.json``.
        target: Name of the class to explain; default the one with the highest score.
        top: Number of boxes of a detector to explain.
        score_threshold: Least score of such a box.
        method: One of ``METHODS``; default ``hires-cam`` for boxes, since a mean gradient does not
            depend on where a box is, else the paper's ``grad-cam``.
        stages: Numbers of the stages to draw, from 1; None for all.
        block: Index of the Res2Net block of each stage whose splits are drawn.
        receptive_fields: Whether to measure receptive fields as well.
        rf_size: Side in px of the random inputs that they are measured with.
        rf_draws: Number of these inputs.
        seed: Seed of these inputs.
        device: Name of the device in PyTorch; default the GPU if there is one.
        cfg_options: Settings of the config to override.
        progress: Whether to show progress.
        say: Called with the table and the names of the files.

    Returns:
        The files written.

    Raises:
        UserError: An argument is wrong, the checkpoint does not fit, or nothing can be explained.
    """
    out = require_picture(out or f'{Path(image).stem}_cam.png')
    if method is not None and method not in METHODS:
        raise UserError(f'method {method!r} is unknown; allowed: {", ".join(METHODS)}')
    if not 0 <= score_threshold <= 1:
        raise UserError(f'{argument("score_threshold", score_threshold)} must be between 0 and 1')
    least = dict(top=(top, 1), rf_size=(rf_size, 32), rf_draws=(rf_draws, 1))
    for name, (value, smallest) in {**least, 'stages': (min(stages or [1]), 1)}.items():
        if value < smallest:
            raise UserError(f'{argument(name, value)} must be {smallest} or more')
    chosen_device = choose_device(device)
    shown_size(Path(image))
    if not cv2.haveImageReader(str(image)):
        raise UserError(f'image {image} is of a format that OpenCV cannot read')
    cfg = load_config(config, cfg_options=cfg_options)
    model, classes = load_trained(cfg, checkpoint)
    backbone = model.get_submodule('backbone')
    model.to(chosen_device)
    stop_recomputing(model)
    model.requires_grad_(False)  # gradients are those of the input
    places = places_of(backbone, block, stages)
    inputs, samples, picture = prepare_image(cfg, model, image)

    def predict(x: Tensor) -> Any:
        with graph_kept(model):
            return model(x, samples, mode='predict')[0]

    with torch.no_grad():
        predicted = predict(inputs)
    chosen = choose_target(predicted, classes, name=target, top=top, threshold=score_threshold)
    method = method or ('grad-cam' if chosen.boxes is None else 'hires-cam')
    say(f'explained: {chosen.text} ({method})')
    inputs.requires_grad_(True)
    maps: dict[str, np.ndarray] = {}
    for place in tqdm(places, desc=method, disable=not progress, leave=False):
        found = activation_maps(score_of(model, chosen, predict), inputs, place, method)
        maps |= {n: m.numpy() for n, m in zip(place.names, found, strict=True)}
    boxes, pixels = chosen.boxes, chosen.pixels
    if boxes is not None:  # in px of the image on disk
        scale = np.asarray(predicted.metainfo.get('scale_factor', (1, 1)), float)[:2]
        boxes = boxes * np.tile(scale, 2)
    if pixels is not None:
        mask, size = pixels.astype(np.uint8), picture.shape[1::-1]
        pixels = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)) > 0
    figures = _figures(maps, places)
    sheet = draw_cam_sheet(
        picture,
        _rows(maps, places, figures),
        title=f'{method}: {chosen.text}',
        padded=(inputs.shape[2], inputs.shape[3]),
        boxes=boxes,
        pixels=pixels,
    )
    if all(len(place.names) == 1 for place in places):
        say('splits exist only in Res2Net blocks: this backbone has none, its stages are shown')
    if said := letter(sheet).said():
        say(said)
    with whole_file(out) as partial_path:
        sheet.savefig(partial_path, dpi=110)
    content = dict(method=method, target=chosen.text, maps=figures)
    written = [out, write_json_file(content, out.with_suffix('.json'))]
    say('written: {}, {}'.format(*written))
    if receptive_fields:
        say('')
        title = f'receptive fields of {type(backbone).__name__} in {Path(checkpoint).name}'
        path = out.with_name(f'{out.stem}_receptive_field.png')
        how = dict(block=block, size=rf_size, draws=rf_draws, seed=seed, progress=progress)
        written += show_receptive_fields(backbone, path, title, say=say, **how)
    return written


def prepare_image(
    cfg: Config, model: nn.Module, image: str | Path
) -> tuple[Tensor, Any, np.ndarray]:
    """Return the inputs (1, 3, H, W), the data samples, and the picture (H, W, 3), RGB, uint8."""
    item = read_image(cfg, image)
    preprocess: Any = model.data_preprocessor
    ready = preprocess(dict(inputs=[item['inputs']], data_samples=[item['data_samples']]), False)
    picture = item['inputs'].permute(1, 2, 0).numpy()[..., ::-1]  # (3, H, W) BGR -> (H, W, 3) RGB
    return ready['inputs'], ready['data_samples'], np.ascontiguousarray(picture).astype(np.uint8)


def _figures(maps: Maps, places: Sequence[FeatureMaps]) -> dict[str, dict[str, Any]]:
    """Return shape and sum of each map, and of a split its share of the sum over its block."""
    figures: dict[str, dict[str, Any]] = {
        name: dict(shape=map_.shape, sum=float(map_.sum())) for name, map_ in maps.items()
    }
    for place in places:
        if len(place.names) > 1:
            total = sum(figures[name]['sum'] for name in place.names)
            for name in place.names:
                figures[name]['share'] = figures[name]['sum'] / max(total, np.finfo(float).tiny)
    return figures


def _rows(maps: Maps, places: Sequence[FeatureMaps], figures: Mapping[str, Any]) -> list[CamRow]:
    rows = []
    for stage, of_stage in groupby(places, key=lambda place: place.stage):
        names = [name for place in of_stage for name in place.names]
        shares = [figures[name]['share'] for name in names[1:]]
        titles = ['output', *(f'split {i} ({share:.0%})' for i, share in enumerate(shares, 1))]
        rows.append(CamRow(f'stage {stage}', [maps[name] for name in names], titles))
    return rows

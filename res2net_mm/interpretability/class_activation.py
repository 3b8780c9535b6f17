"""Draw what a trained model looks at in an image, and how far its features see."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from mmengine.config import Config
from torch import Tensor, nn
from tqdm import tqdm

from res2net_mm.errors import UserError, brief
from res2net_mm.formats.image_file import shown_size
from res2net_mm.interpretability import (
    METHODS,
    CamRow,
    activation_maps,
    choose_target,
    draw_cam_sheet,
    graph_kept,
    measure_receptive_fields,
    places_of,
    receptive_field_table,
)
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.trained_model import load_trained, read_image
from res2net_mm.whole_file import whole_file

from .receptive_fields import write_receptive_fields


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
        out: The picture to write, .png; default ``<image's name>_cam.png`` here. Beside it go
            ``*_receptive_field.png``, and their numbers as ``.json``.
        target: Name of the class to explain; default the one with the highest score.
        top: How many boxes of a detector to explain.
        score_threshold: Least score of such a box.
        method: One of ``interpretability.METHODS``; default ``hires-cam`` for boxes, since a mean
            gradient forgets where a box is, else the paper's ``grad-cam``.
        stages: Numbers of the stages to draw, from 1; None for all.
        block: Which Res2Net block of each stage to split, -1 for the last.
        receptive_fields: Whether to measure them, too.
        rf_size: Side in px of the random inputs they are measured in.
        rf_draws: How many of these.
        seed: Of the draws.
        device: As torch calls it; default the GPU if there is one.
        cfg_options: Settings to override.
        progress: Whether to show progress.
        say: Gets the table and what was written.

    Returns:
        The files written.

    Raises:
        UserError: Something the user can mend.
    """
    out = Path(out or f'{Path(image).stem}_cam.png')
    if out.suffix.lower() != '.png' or not out.parent.is_dir():
        raise UserError(f'--out {out} must be a .png file in a folder that exists')
    if method is not None and method not in METHODS:
        raise UserError(f'method {method!r} is unknown; allowed: {", ".join(METHODS)}')
    _check_numbers(
        top=(top, 1, math.inf),
        score_threshold=(score_threshold, 0, 1),
        rf_size=(rf_size, 32, math.inf),
        rf_draws=(rf_draws, 1, math.inf),
        stages=(min(stages or [1]), 1, math.inf),
    )
    device = _device(device)
    shown_size(Path(image))
    if not cv2.haveImageReader(str(image)):
        raise UserError(f'image {image} is of a format that OpenCV cannot read')
    cfg = load_config(config, cfg_options=cfg_options)
    model, classes = load_trained(cfg, checkpoint)
    model.to(device)
    for module in model.modules():
        if hasattr(module, 'with_cp'):  # recomputing would run the hooks twice
            module.with_cp = False
    model.requires_grad_(False)  # the gradient goes by way of the input
    places = places_of(model.backbone, block, stages)
    seen = _prepared(cfg, model, image)
    predict = partial(_predict, model, seen['data_samples'])
    with torch.no_grad():
        predicted = predict(seen['inputs'])
    chosen = choose_target(predicted, classes, name=target, top=top, threshold=score_threshold)
    method = method or ('grad-cam' if chosen.boxes is None else 'hires-cam')
    say(f'explained: {chosen.text} ({method})')

    def score(inputs: Tensor) -> Tensor:
        return chosen.score(predict(inputs))

    inputs = seen['inputs'].requires_grad_(True)
    maps: dict[str, np.ndarray] = {}
    for place in tqdm(places, desc=method, disable=not progress, leave=False):
        found = activation_maps(score, inputs, place, method)
        maps |= {n: m.numpy() for n, m in zip(place.names, found, strict=True)}
    picture = seen['picture']
    sheet = draw_cam_sheet(
        picture,
        _rows(maps, places),
        title=f'{method}: {chosen.text}',
        padded=tuple(inputs.shape[-2:]),
        boxes=None if chosen.boxes is None else chosen.boxes * _box_scale(predicted),
        pixels=None if chosen.pixels is None else _resized(chosen.pixels, picture),
    )
    if all(len(place.names) == 1 for place in places):
        say('splits exist only in Res2Net blocks: this backbone has none, its stages are shown')
    with whole_file(out) as partial_path:
        sheet.savefig(partial_path, dpi=110)
    written = [out, out.with_suffix('.json')]
    with whole_file(written[1]) as partial_path:
        report = dict(method=method, target=chosen.text, maps=_numbers(maps, places))
        partial_path.write_text(json.dumps(report, indent=2) + '\n', encoding='utf-8')
    say(f'written: {out}, {written[1]}')
    if receptive_fields:
        fields = measure_receptive_fields(
            model.backbone, block=block, size=rf_size, draws=rf_draws, seed=seed, progress=progress
        )
        say('\n' + receptive_field_table(fields))
        title = f'receptive fields of {type(model.backbone).__name__} in {Path(checkpoint).name}'
        path = out.with_name(f'{out.stem}_receptive_field.png')
        written += write_receptive_fields(fields, path, title, say=say)
    return written


def _check_numbers(**numbers: tuple[float, float, float]) -> None:
    """Raise UserError over a number that does not lie between the two after it."""
    for name, (value, least, most) in numbers.items():
        if not least <= value <= most:
            limits = f'{least} or more' if math.isinf(most) else f'between {least} and {most}'
            raise UserError(f'{name}={value} must be {limits}')


def _device(name: str | None) -> torch.device:
    try:
        return torch.device(name or ('cuda' if torch.cuda.is_available() else 'cpu'))
    except RuntimeError as error:
        raise UserError(f'device {name!r} is unknown: {brief(error)}') from error


def _prepared(cfg: Config, model: nn.Module, image: str | Path) -> dict:
    """Return the network's ``inputs`` (1, 3, H, W), ``data_samples``, and the RGB ``picture``."""
    item = read_image(cfg, image)
    batch = dict(inputs=[item['inputs']], data_samples=[item['data_samples']])
    ready = model.data_preprocessor(batch, False)
    picture = item['inputs'].permute(1, 2, 0).numpy()[..., ::-1]  # (3, H, W) BGR -> (H, W, 3) RGB
    return dict(ready, picture=np.ascontiguousarray(picture).astype(np.uint8))


def _predict(model: nn.Module, data_samples: list, inputs: Tensor) -> Any:
    with graph_kept(model):
        return model(inputs, data_samples, mode='predict')[0]


def _box_scale(sample: Any) -> np.ndarray:
    """What takes a box from the image on disk to the one the network gets."""
    return np.tile(np.asarray(sample.metainfo.get('scale_factor', (1, 1)), float)[:2], 2)


def _resized(pixels: np.ndarray, picture: np.ndarray) -> np.ndarray:
    size = picture.shape[1::-1]
    return cv2.resize(pixels.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0


def _rows(maps: Mapping[str, np.ndarray], places: Sequence) -> list[CamRow]:
    rows = []
    for stage in dict.fromkeys(place.stage for place in places):
        names = [name for place in places if place.stage == stage for name in place.names]
        shares = _shares(maps, names[1:])
        titles = ['output', *(f'split {i + 1} ({share:.0%})' for i, share in enumerate(shares))]
        rows.append(CamRow(f'stage {stage}', [maps[name] for name in names], titles))
    return rows


def _shares(maps: Mapping[str, np.ndarray], names: Sequence[str]) -> list[float]:
    """Each split's part of what all splits of the block hold."""
    sums = np.array([maps[name].sum() for name in names], float)
    return list(sums / max(sums.sum(), np.finfo(float).tiny))


def _numbers(maps: Mapping[str, np.ndarray], places: Sequence) -> dict[str, dict]:
    numbers = {name: dict(shape=map_.shape, sum=float(map_.sum())) for name, map_ in maps.items()}
    for place in places:
        if len(place.names) > 1:
            for name, share in zip(place.names, _shares(maps, place.names), strict=True):
                numbers[name]['share'] = share
    return numbers

"""Class activation maps of several models side by side, and how much of each lies on the object.

The figure of the paper's section 4.5: Grad-CAM of the last stage on the same images. The number
beside it is the share of a map's sum that lies inside the ground truth, by size of the object. A
map that is the same everywhere has the share of the picture that the object covers.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from matplotlib.figure import Figure
from mmengine.config import Config
from torch import Tensor
from tqdm import tqdm

from res2net_mm.errors import UserError, argument, check_choice
from res2net_mm.evaluation import make_bins
from res2net_mm.evaluation.size_bins import ALL, MEASURES, SizeBin
from res2net_mm.openmmlab.config import load_config
from res2net_mm.openmmlab.internals import graph_kept
from res2net_mm.openmmlab.trained_model import choose_device, load_trained, read_image
from res2net_mm.tables import align, percent
from res2net_mm.whole_file import whole_file, write_json_file

from .activation_map import CELL, METHODS, OUTLINE, activation_maps, overlaid
from .class_activation import prepare_image
from .feature_maps import places_of, stages_of, stop_recomputing
from .object_regions import BoxRegions, MaskRegions, Region
from .receptive_fields import require_picture
from .target import choose_target, score_of

UNIFORM = 'uniform map'


@dataclass
class ImageMaps:
    """One image and what each model makes of it.

    Attributes:
        file: The image.
        region: Its objects, None where they are not known.
        covered: Share of the picture that they cover.
        mass: Share of the map's sum on them, by model: 0 of a map that is 0 everywhere; without an
            entry where they are not in the picture.
        explained: The explained class with its score, by model.
        pictures: (H, W, 3) uint8, RGB, by model, '' for the picture itself; of images to be drawn.
        shown: (H, W) bool, the region in the picture.
    """

    file: Path
    region: Region | None = None
    covered: float | None = None
    mass: dict[str, float] = field(default_factory=dict)
    explained: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, np.ndarray] = field(default_factory=dict)
    shown: np.ndarray | None = None


def draw_side_by_side(
    models: Sequence[tuple[str | Path | Config, str | Path]],
    images: Sequence[str | Path],
    *,
    out: str | Path = 'cam.png',
    boxes: str | Path | None = None,
    masks: str | Path | None = None,
    target: str | None = None,
    method: str = 'grad-cam',
    bins: Sequence[Any] | None = None,
    bins_by: str = 'area',
    rows: int = 8,
    device: str | None = None,
    cfg_options: Mapping[str, Any] | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> list[Path]:
    """Draw the maps of each model's last stage on each image, and tell how much is on the object.

    Args:
        models: Config and checkpoint of each model; a column each.
        images: Images, a row each; of a folder those in it that have a box in ``boxes``.
        out: The picture to write; a JSON file of all numbers is written beside it.
        boxes: A folder with boxes in any layout of boxes.
        masks: A folder of masks named as the images, in place of ``boxes``.
        target: The class to explain; default the class of the boxes where a model knows it, else
            the one it gives the highest score.
        method: One of ``METHODS``.
        bins: Size bins as ``make_bins`` takes them; default COCO's.
        bins_by: What their limits measure.
        rows: How many images to draw at most; all are measured.
        device: Name of the device in PyTorch; default the GPU if there is one.
        cfg_options: Settings of all configs to override.
        progress: Whether to show progress.
        say: Called with the table and the names of the files.

    Raises:
        UserError: An argument is wrong, a checkpoint does not fit, or nothing can be explained.
    """
    out = require_picture(out)
    check_choice('method', method, METHODS)
    if rows < 1:
        raise UserError(f'{argument("rows", rows)} must be 1 or more')
    if boxes is not None and masks is not None:
        raise UserError(f'give {argument("boxes")} or {argument("masks")}, not both')
    columns = (SizeBin(ALL), *make_bins(bins, bins_by))
    truth: BoxRegions | MaskRegions | None = None
    if boxes is not None or masks is not None:
        truth = BoxRegions(boxes) if boxes is not None else MaskRegions(str(masks))
    files = [file for image in images for file in _files(Path(image), truth)]
    found = [ImageMaps(file, None if truth is None else truth.of(file)) for file in files]
    names = _names(models)
    for name, (config, checkpoint) in zip(names, models, strict=True):
        cfg = load_config(config, cfg_options=cfg_options)
        explain = _Explained(cfg, checkpoint, device, method)
        for i, image in enumerate(tqdm(found, desc=name, disable=not progress, leave=False)):
            explain(image, name, target, drawn=i < rows)
    if truth is not None:
        say(mass_table(found, names, columns))
    sheet = _sheet(found[:rows], names, f'{method}, last stage')
    with whole_file(out) as partial_path:
        sheet.savefig(partial_path, dpi=110)
    content = dict(method=method, models=names, images=[_entry(image) for image in found])
    written = [out, write_json_file(content, out.with_suffix('.json'))]
    say('written: {}, {}'.format(*written))
    return written


class _Explained:
    """A model, and the maps of its last stage."""

    def __init__(self, cfg: Config, checkpoint: str | Path, device: str | None, method: str):
        self.cfg, self.method = cfg, method
        self.model, self.classes = load_trained(cfg, checkpoint)
        self.model.to(choose_device(device))
        stop_recomputing(self.model)
        self.model.requires_grad_(False)
        backbone = self.model.get_submodule('backbone')
        self.place = places_of(backbone, stages=[len(stages_of(backbone))])[0]

    def __call__(self, image: ImageMaps, name: str, target: str | None, *, drawn: bool) -> None:
        """Add what this model makes of an image."""
        inputs, samples, picture = prepare_image(self.cfg, self.model, image.file)

        def predict(x: Tensor) -> Any:
            with graph_kept(self.model):
                return self.model(x, samples, mode='predict')[0]

        with torch.no_grad():
            predicted = predict(inputs)
        region = image.region
        if target is None and region is not None and region.name in self.classes:
            target = region.name
        chosen = choose_target(predicted, self.classes, name=target)
        image.explained[name] = chosen.text
        inputs.requires_grad_(True)
        score = score_of(self.model, chosen, predict)
        map_ = activation_maps(score, inputs, self.place, self.method)[0].numpy()
        padded = (inputs.shape[2], inputs.shape[3])
        height, width = picture.shape[:2]
        full = np.asarray(cv2.resize(map_, padded[::-1]), float)[:height, :width]
        shown = None if region is None else self._as_prepared(region)
        if shown is not None and shown.any():
            image.covered = float(shown.mean())
            image.mass[name] = float(full[shown].sum() / max(full.sum(), np.finfo(float).tiny))
        if drawn:
            image.pictures.setdefault('', picture)
            image.pictures[name] = overlaid(picture, map_, padded)
            image.shown = shown

    def _as_prepared(self, region: Region) -> np.ndarray:
        """Return where a region is in what the test pipeline makes of its image, (H, W) bool."""
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder, 'region.png'))
            cv2.imwrite(file, np.repeat(region.pixels[..., None], 3, 2).astype(np.uint8) * 255)
            pixels: np.ndarray = read_image(self.cfg, file)['inputs'][0].numpy() > 127
            return pixels


def mass_table(
    images: Sequence[ImageMaps], names: Sequence[str], columns: Sequence[SizeBin]
) -> str:
    """Return the mean share of the maps on the objects in %, a row per model, a column per bin.

    Images whose objects the test pipeline has cut off are counted in the last row only.
    """
    known = [image for image in images if image.region is not None]
    areas = np.array([image.region.area for image in known if image.region])
    wholes = np.array([image.region.pixels.size for image in known if image.region])
    inside = [column.holds(areas, wholes) for column in columns]
    rows = [
        ['', *(c.name for c in columns)],
        [MEASURES[columns[-1].by], *(c.limits for c in columns)],
    ]
    for name in (*names, UNIFORM):
        shares = [i.covered if name == UNIFORM else i.mass.get(name) for i in known]
        rows.append([name, *(percent(_mean(shares, held), 'no images') for held in inside)])
    rows.append(['images', *(str(int(held.sum())) for held in inside)])
    head = (
        f'share of the map on the object in % by size of the object, {len(known)} images; a '
        f'{UNIFORM} has the share that the object covers'
    )
    cut = sum(image.covered is None for image in known)
    note = [f'objects that the test pipeline cuts off: {cut}, not in the means'] if cut else []
    return '\n'.join([head, *align(rows), *note])


def _files(image: Path, truth: BoxRegions | MaskRegions | None) -> list[Path]:
    """Return the images that a path names: itself, or those in a folder that have a box."""
    if not image.is_dir():
        return [image]
    inside = [f for f in (truth.images if truth else ()) if f.is_relative_to(image.resolve())]
    if not inside:
        raise UserError(
            f'{image} is a folder: name images, or give {argument("boxes")}, boxes of its images'
        )
    return inside


def _mean(shares: Sequence[float | None], held: np.ndarray) -> float | None:
    values = [s for s, inside in zip(shares, held, strict=True) if inside and s is not None]
    return float(np.mean(values)) if values else None


def _names(models: Sequence[tuple[str | Path | Config, str | Path]]) -> list[str]:
    """Return a name for each model that no other has: of its config, else of its checkpoint."""
    configs = [(c.filename or '') if isinstance(c, Config) else str(c) for c, _ in models]
    stems = [Path(config).stem for config in configs]
    if len(set(stems)) < len(stems) or not all(stems):
        files = [Path(file).stem for _, file in models]
        stems = [f'{stem} {file}'.strip() for stem, file in zip(stems, files, strict=True)]
    if len(set(stems)) < len(stems):
        stems = [f'{i} {stem}' for i, stem in enumerate(stems, start=1)]
    return stems


def _entry(image: ImageMaps) -> dict[str, Any]:
    """Return what is known of an image as JSON has it."""
    region = image.region
    return dict(
        file=str(image.file),
        object=None if region is None else dict(name=region.name, area_px2=region.area),
        covered=image.covered,
        mass=image.mass,
        explained=image.explained,
    )


def _sheet(images: Sequence[ImageMaps], names: Sequence[str], title: str) -> Figure:
    """Draw an image per row: as the network sees it, then the map of each model."""
    figure = Figure(
        figsize=((1 + len(names)) * CELL + 0.4, len(images) * (CELL + 0.4) + 0.5),
        layout='constrained',
    )
    figure.suptitle(title, fontsize=10)
    grid = figure.subplots(len(images), 1 + len(names), squeeze=False)
    for axes, image in zip(grid, images, strict=True):
        for cell, name in zip(axes, ('', *names), strict=True):
            cell.set_axis_off()
            cell.imshow(image.pictures[name])
            lines = [name, image.explained.get(name, image.file.name)]
            if name in image.mass:
                lines.append(f'{image.mass[name]:.0%} on the object')
            cell.set_title('\n'.join(filter(None, lines)), fontsize=7, pad=3)
            if image.shown is not None and image.shown.any():
                cell.contour(image.shown, levels=[0.5], colors=OUTLINE, linewidths=0.8)
    return figure

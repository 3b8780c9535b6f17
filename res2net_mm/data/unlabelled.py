"""Images without labels, on which a model is tested to have its predictions and no scores."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmengine.config import Config

from res2net_mm.errors import UserError
from res2net_mm.formats import BOXES, LABEL_MAPS, READERS, BoxImages, Findings, describe
from res2net_mm.formats.boxes.coco import with_images
from res2net_mm.formats.boxes.coco_content import coco_content
from res2net_mm.formats.boxes.label_files import split_of_file
from res2net_mm.formats.findings import NOTE, PROBLEM
from res2net_mm.formats.image_check import check_headers
from res2net_mm.formats.image_file import (
    IMAGE_SUFFIXES,
    Header,
    each_folder_once,
    paths_below,
    read_headers,
)
from res2net_mm.formats.image_index import ImageIndex
from res2net_mm.formats.label_maps.encoding import IGNORED
from res2net_mm.formats.splits import UNNAMED
from res2net_mm.formats.text_file import read_json
from res2net_mm.openmmlab.edit import (
    DETECTOR,
    SEGMENTER,
    model_kind,
    replace_dataset,
    type_name,
)
from res2net_mm.openmmlab.heads import set_class_count, set_segmentation_heads
from res2net_mm.openmmlab.trained_model import find_test_dataset, pipeline_without_labels
from res2net_mm.whole_file import write_json_file, write_text_file

from .checks.config_classes import config_classes
from .checks.image_kinds import check_kinds
from .classification.set_classes import in_memory_side, read_files, set_model_classes
from .detection.image_check import clean_images
from .detection.set_dataset import COCO_METRICS
from .set_splits import metainfo

#: Suffixes of files that may hold labels, in a layout that is known or not.
LABEL_SUFFIXES = (
    '.json', '.jsonl', '.ndjson', '.geojson', '.xml', '.txt', '.csv', '.tsv', '.yaml', '.yml',
    '.lst', '.labels', '.names', '.npy', '.npz', '.mat', '.pkl', '.parquet', '.tfrecord', '.gif',
)  # fmt: skip
#: How the names of files begin that tell people about a folder.
DOCUMENTS = ('readme', 'licen', 'copying', 'notice')


def find_unlabelled(root: Path, findings: Findings, labels: str = BOXES) -> BoxImages | None:
    """Return the images of a folder without labels.

    They are those that the one COCO file without annotations lists, which may lack the list, or
    else all images at any depth.

    Args:
        root: The folder.
        findings: Receives files that are not images, and images that cannot be read, which are an
            error.
        labels: Kind of labels that the model trains on. A folder of several image folders has
            classes, so a classifier finds labels in it.

    Returns:
        The images with ids and sizes; None where there is none, or something looks like labels.

    Raises:
        UserError: Several COCO files list images, or ``findings`` stop at an error.
    """
    with each_folder_once():
        meant = {LABEL_MAPS, labels} - {BOXES}
        if any(reader.is_like(root) for reader in READERS if reader.labels in meant):
            return None
        paths = [path for path in paths_below(root) if (root / path).is_file()]
    images = [path for path in paths if path.lower().endswith(IMAGE_SUFFIXES)]
    others = sorted({*paths} - {*images})
    suspects = [
        root / path
        for path in others
        if path.lower().endswith(LABEL_SUFFIXES)
        and not Path(path).name.lower().startswith(DOCUMENTS)
    ]
    if suspects or not images:
        return _listed_images(root, suspects, findings) if images else None
    findings.add(NOTE, root, 'files that are no images, not used', others)
    headers = read_headers((root / path for path in images), 'images')
    check_headers(root, dict.fromkeys(headers), headers, findings)
    entries = []
    for number, path in enumerate(images, start=1):
        if isinstance(header := headers[root / path], Header):
            height, width = header.size
            entries.append(dict(id=number, file_name=path, height=height, width=width))
    return BoxImages(root, root, dict(images=entries, annotations=[], categories=[]), is_copy=True)


def _listed_images(root: Path, files: Sequence[Path], findings: Findings) -> BoxImages | None:
    """Return what the one COCO file without annotations lists; None if a file is another one."""
    lists = {}
    for file in files:
        content = read_json(file) if file.suffix.lower() == '.json' else None
        if not isinstance(content, dict) or 'images' not in content or content.get('annotations'):
            return None
        lists[file] = coco_content(file, {'categories': [], **content, 'annotations': []}, findings)
    if len(lists) > 1:
        names = ', '.join(file.relative_to(root).as_posix() for file in lists)
        raise UserError(
            f'{root} has {len(lists)} lists of images without labels ({names}): keep the one there '
            'whose images are meant.'
        )
    ((file, coco),) = lists.items()
    if coco is None:
        return None
    split = split_of_file(file.relative_to(root)) or UNNAMED
    part = with_images(root, file, split, coco, ImageIndex(root), findings)
    return replace(part, content={**part.content, 'images': clean_images(part, findings)})


def set_unlabelled(
    cfg: Config, part: BoxImages, known: Sequence[str] | None, findings: Findings, labels: str
) -> str:
    """Point the test set of a config at images without labels, and its evaluator at their results.

    A detector writes COCO results by :class:`~res2net_mm.SizeMetric`, a classifier a CSV file by
    :class:`~res2net_mm.evaluation.ClassPredictions`; a segmenter has no evaluator.

    Args:
        cfg: A loaded config, changed in place.
        part: Result of ``find_unlabelled``.
        known: Classes of the checkpoint; None for the classes of the config.
        findings: Findings so far; receives what is noticed about the images.
        labels: Kind of labels that was searched for.

    Returns:
        What was found and changed, to be printed.

    Raises:
        UserError: No names of classes are known, or the model writes panoptic results.
    """
    given = cfg.get('test_evaluator') or []
    metrics = [*given] if isinstance(given, list | tuple) else [given]
    if any('Panoptic' in type_name(metric) for metric in metrics):
        raise UserError(
            f'{part.file} has no labels to test a panoptic model on; `res2net-mm predict` writes '
            'its predictions'
        )
    dataset = find_test_dataset(cfg)
    classes = tuple(known or config_classes(cfg, dataset) or ())
    if not classes:
        raise UserError('neither the checkpoint nor the config tells the names of the classes')
    check_kinds(part.image_files, part.file, findings, cfg=cfg)
    dataset.pipeline, dataset.test_mode = pipeline_without_labels(dataset), True
    out_dir = Path(cfg.work_dir).absolute() / 'predictions'
    new: dict[str, Any] = dict(metainfo=metainfo(classes))
    kind = model_kind(cfg)
    if kind == DETECTOR:
        content = {**part.content, 'categories': _categories(part, classes, findings)}
        listing = write_json_file(content, out_dir / 'images.json')
        new |= dict(type='mmdet.CocoDataset', data_prefix=dict(img=str(part.image_dir)))
        changes = set_class_count(cfg.model, len(classes))
        cfg.test_evaluator = _size_metric(metrics, listing, out_dir)
    else:
        names = [entry['file_name'] for entry in part.content['images']]
        listing = write_text_file('\n'.join(names) + '\n', out_dir / 'images.txt')
        new['data_prefix'] = dict(img_path=str(part.image_dir))
        if kind == SEGMENTER:
            new |= dict(type='mmseg.BaseSegDataset', img_suffix='')
            changes = set_segmentation_heads(cfg.model, len(classes), IGNORED)
            cfg.test_evaluator = []
        else:
            new |= dict(type='mmpretrain.CustomDataset', with_label=False)
            if (side := in_memory_side(dataset)) is not None:
                both = cfg.get('data_preprocessor'), cfg.model.get('data_preprocessor')
                read_files(dataset, side, both)
            changes = set_model_classes(cfg.model, cfg.get('data_preprocessor'), len(classes))
            file = str(out_dir / 'classes.csv')
            cfg.test_evaluator = dict(type='res2net_mm.ClassPredictions', out_file=file)
    new['ann_file'] = str(listing)
    cfg.test_dataloader.dataset = replace_dataset(cfg.test_dataloader.dataset, new)
    count = len(part.content['images'])
    readers = [reader for reader in READERS if reader.labels == labels]
    kinds = ', '.join(map(str, readers)) if readers[1:] else readers[0].looked_for
    return '\n'.join(
        (
            f'{part.file}: {count} images, and no {labels}: they are predicted on, and there is no '
            f'ground truth to score. Looked for: {kinds}.',
            *(f'  {line}' for line in describe(findings)),
            *changes,
            f'test_dataloader: {count} images of {listing}',
        )
    )


def _size_metric(given: Sequence[Any], listing: Path, out_dir: Path) -> dict[str, Any]:
    """Return a SizeMetric that writes what the given metrics would score, and scores nothing."""
    ours = [metric for metric in given if type_name(metric) in COCO_METRICS]
    wanted = ours[0].get('metric', 'bbox') if ours else 'bbox'
    wanted = [wanted] if isinstance(wanted, str) else wanted
    return dict(
        type='res2net_mm.SizeMetric',
        metric=[kind for kind in wanted if kind in ('bbox', 'segm')] or ['bbox'],
        ann_file=str(listing),
        format_only=True,
        out_dir=str(out_dir),
    )


def _categories(part: BoxImages, classes: Sequence[str], findings: Findings) -> list[dict]:
    """Return a category for each class, with the id of the list's own if it has all of them."""
    ids = {entry['name']: entry['id'] for entry in part.content['categories']}
    lacking = [name for name in classes if name not in ids]
    if lacking:
        what = 'classes of the model that are no category of the file, so that ids count from 1'
        fix = 'write the categories as the model has them'
        findings.add(PROBLEM, part.file, what, lacking if ids else (), fix)
        ids = {name: number for number, name in enumerate(classes, start=1)}
    return [dict(id=ids[name], name=name) for name in classes]

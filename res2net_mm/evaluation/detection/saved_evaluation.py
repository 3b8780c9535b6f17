"""What an evaluation leaves behind, so that it can be compared with others and looked at later.

Beside the scores, a folder gets ``detections.<iou_type>.json`` (COCO results), ``evaluation.json``,
which says how they were scored, and ``ground_truth.json`` where no file holds the ground truth.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.coco.detections import IOU_TYPES, Results, read_results
from res2net_mm.evaluation.detection.coco.ground_truth import (
    GroundTruth,
    read_ground_truth,
)
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.formats.text_file import read_json
from res2net_mm.whole_file import whole_file, write_json_file

EVALUATION_FILE = 'evaluation.json'
GROUND_TRUTH_FILE = 'ground_truth.json'
# Options of evaluate_by_size that are kept: those that a reader needs, and words.
_NEEDED, _TEXTS = {'bins', 'max_dets'}, {'area_of', 'protocol', 'on_error'}
FORM = 1  # of evaluation.json; raised when older readers would misread it


@dataclass(frozen=True)
class SavedEvaluation:
    """An evaluation as it was left in a folder.

    Attributes:
        folder: The folder.
        ground_truth: Annotation file in COCO layout.
        classes: Names of those of its classes that were evaluated.
        images: Folder that the ``file_name`` of an image starts from; None if not known.
        detections: COCO results file by ``iou_type``.
        options: How they were scored, as arguments of ``evaluate_by_size``.
    """

    folder: Path
    ground_truth: Path
    classes: tuple[str, ...]
    images: str | None
    detections: Mapping[str, Path]
    options: Mapping[str, Any]

    def read_ground_truth(self) -> GroundTruth:
        """The images and the evaluated classes of the ground truth.

        Raises:
            UserError: If its file cannot be read or has lost a class.
        """
        truth = read_ground_truth(self.ground_truth)
        ids = {c['id'] for c in truth.categories if c['name'] in self.classes}
        if len(ids) < len(self.classes):
            raise UserError(
                f'{self.ground_truth} is not what {self.folder} was evaluated on: it has '
                f'{len(ids)} of the {len(self.classes)} classes'
            )
        return truth.of_categories(ids)

    def read_detections(self, iou_type: str) -> Results:
        """The detections of this kind; as a model's, odd boxes among them stop nothing."""
        return replace(read_results(self.detections[iou_type]), from_file=False)


def save_evaluation(
    folder: str | Path,
    *,
    ground_truth: GroundTruth,
    ground_truth_file: str | Path | None,
    images: str | None,
    detections: Mapping[str, Sequence[Mapping]],
    options: Mapping[str, Any],
) -> Path:
    """Write what a later comparison needs; ``evaluation.json`` last, so that it is never ahead.

    Args:
        folder: Where to.
        ground_truth: What was scored against.
        ground_truth_file: The local file it is from; None writes it into the folder.
        images: Folder that the ``file_name`` of an image starts from; None if not known.
        detections: COCO results by ``iou_type``.
        options: As of ``evaluate_by_size``, with bins that ``make_bins`` made.

    Returns:
        The path of ``evaluation.json``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for iou_type, found in detections.items():
        files[iou_type] = f'detections.{iou_type}.json'
        _write_json(folder / files[iou_type], list(map(_with_text, found)))
    if ground_truth_file is None:
        kept = GROUND_TRUTH_FILE
        content = {
            'images': ground_truth.images,
            'annotations': list(map(_with_text, ground_truth.annotations)),
            'categories': ground_truth.categories,
        }
        _write_json(folder / kept, content)
    else:
        # A folder that is moved as a whole stays readable.
        path = Path(ground_truth_file).resolve()
        inside = path.is_relative_to(folder.resolve())
        kept = str(path.relative_to(folder.resolve()) if inside else path)
    content = {
        'form': FORM,
        'ground_truth': kept,
        'classes': [category['name'] for category in ground_truth.categories],
        'images': images,
        'detections': files,
        'options': _options_to_json(options),
    }
    return write_json_file(content, folder / EVALUATION_FILE)


def is_saved_evaluation(folder: str | Path) -> bool:
    """Whether ``save_evaluation`` wrote to a folder."""
    return (Path(folder) / EVALUATION_FILE).is_file()


def read_saved_evaluation(folder: str | Path) -> SavedEvaluation:
    """What ``save_evaluation`` left in a folder; the large files are read later.

    Raises:
        UserError: If there is nothing, or it cannot be read.
    """
    folder = Path(folder)
    path = folder / EVALUATION_FILE
    if not is_saved_evaluation(folder):
        raise UserError(
            f'{folder} holds no {EVALUATION_FILE}: evaluate it with tools/test.py (SizeMetric '
            'writes it), or give what it predicted (COCO results, label maps) and --gt'
        )
    content = read_json(path)
    form = content.get('form') if isinstance(content, Mapping) else None
    if form != FORM:
        raise UserError(f'{path} has the form {form!r}, this version reads {FORM}: evaluate anew')
    _check_content(path, content)
    return SavedEvaluation(
        folder=folder,
        ground_truth=folder / content['ground_truth'],
        classes=tuple(content['classes']),
        images=content['images'],
        detections={kind: folder / name for kind, name in content['detections'].items()},
        options=_options_from_json(content['options']),
    )


def _check_content(path: Path, content: Mapping) -> None:
    """Raise UserError over what ``save_evaluation`` would not have written."""

    def refuse(key: str, needed: str) -> None:
        raise UserError(f'{path} has {key}={content.get(key)!r:.80}, where {needed} is needed')

    if not isinstance(content.get('ground_truth'), str):
        refuse('ground_truth', 'the path of a file')
    if not _all_text(content.get('classes')):
        refuse('classes', 'a list of names')
    if not isinstance(content.get('images', 0), (str, type(None))):
        refuse('images', 'the path of a folder, or null,')
    files, kinds = content.get('detections'), set(IOU_TYPES)
    if not isinstance(files, Mapping) or not files or not files.keys() <= kinds:
        refuse('detections', f'a file for {" or ".join(IOU_TYPES)}')
    if not all(isinstance(name, str) and Path(name).name == name for name in files.values()):
        refuse('detections', 'files in the same folder')
    options = content.get('options')
    if not isinstance(options, Mapping) or not _NEEDED <= options.keys() <= _NEEDED | _TEXTS:
        refuse('options', f'an object of {", ".join(sorted(_NEEDED | _TEXTS))}')
    if not all(isinstance(options.get(key, ''), str) for key in _TEXTS):
        refuse('options', f'a text for each of {", ".join(sorted(_TEXTS))}')
    limits = options['max_dets']
    if not isinstance(limits, list) or not all(isinstance(n, (int, type(None))) for n in limits):
        refuse('options', 'a list of whole numbers as max_dets')
    if not isinstance(options['bins'], list):
        refuse('options', 'a list of bins')


def _all_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _options_to_json(options: Mapping[str, Any]) -> dict:
    bins = [
        {'name': b.name, 'low': b.low, 'high': _finite(b.high), 'by': b.by} for b in options['bins']
    ]
    return {**options, 'bins': bins, 'max_dets': list(map(_finite, options['max_dets']))}


def _options_from_json(options: Mapping[str, Any]) -> dict:
    limits = tuple(math.inf if limit is None else limit for limit in options['max_dets'])
    return {**options, 'bins': make_bins(options['bins']), 'max_dets': limits}


def _finite(limit: float) -> float | None:
    return None if math.isinf(limit) else limit


def _with_text(entry: Mapping) -> Mapping:
    """The entry with its mask as JSON has it, where pycocotools makes bytes."""
    mask = entry.get('segmentation')
    if isinstance(mask, Mapping) and isinstance(mask.get('counts'), bytes):
        return {**entry, 'segmentation': {**mask, 'counts': mask['counts'].decode()}}
    return entry


def _write_json(path: Path, content: Any) -> None:
    """Without line breaks and piece by piece: detections are many."""
    with whole_file(path) as partial, partial.open('w', encoding='utf-8') as file:
        json.dump(content, file)
        file.write('\n')

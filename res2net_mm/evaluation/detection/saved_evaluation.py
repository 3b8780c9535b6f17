"""What an evaluation saves, so that it can be compared with others later.

Beside the scores, a folder gets ``detections.<iou_type>.json`` (COCO results), ``evaluation.json``
(how they were scored), and ``ground_truth.json`` where no file holds the ground truth.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.detection.coco.detections import IOU_TYPES, Results, read_results
from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth, read_ground_truth
from res2net_mm.evaluation.size_bins import finite, make_bins
from res2net_mm.formats.text_file import read_json
from res2net_mm.whole_file import whole_file, write_json_file

EVALUATION_FILE = 'evaluation.json'
GROUND_TRUTH_FILE = 'ground_truth.json'
# Options of evaluate_by_size that are kept: those that a reader needs, and words.
_NEEDED, _TEXTS = {'bins', 'max_dets'}, {'area_of', 'protocol', 'on_error'}
FORM = 1  # of evaluation.json; raised when older readers would misread it


@dataclass(frozen=True)
class SavedEvaluation:
    """An evaluation as it was saved in a folder.

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
        """Read the images and the evaluated classes of the ground truth.

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
        """Read the detections of one IoU type; odd boxes of a model do not stop a comparison."""
        return replace(read_results(self.detections[iou_type]), from_file=False)


def save_evaluation(
    folder: str | Path,
    *,
    ground_truth: GroundTruth,
    ground_truth_file: str | Path | None,
    images: str | None,
    detections: Mapping[str, Sequence[Mapping[str, Any]]],
    options: Mapping[str, Any],
) -> Path:
    """Write what a later comparison needs; ``evaluation.json`` last, once the rest is there.

    Args:
        folder: Folder to write to.
        ground_truth: The ground truth.
        ground_truth_file: The local file it is from; None writes it into the folder.
        images: Folder that the ``file_name`` of an image starts from; None if not known.
        detections: COCO results by ``iou_type``.
        options: Options of ``evaluate_by_size``, with bins that ``make_bins`` made.

    Returns:
        The path of ``evaluation.json``.
    """
    folder = Path(folder)
    save_detections(folder, detections)
    files = {iou_type: detections_file(iou_type) for iou_type in detections}
    if ground_truth_file is None:
        kept = GROUND_TRUTH_FILE
        lists = {key: getattr(ground_truth, key) for key in ('images', 'annotations', 'categories')}
        lists['annotations'] = list(map(_with_text, lists['annotations']))
        _write_json(folder / kept, lists)
    else:
        # A folder that is moved as a whole stays readable.
        path, home = Path(ground_truth_file).resolve(), folder.resolve()
        kept = str(path.relative_to(home) if path.is_relative_to(home) else path)
    bins = [{**asdict(size_bin), 'high': finite(size_bin.high)} for size_bin in options['bins']]
    limits = list(map(finite, options['max_dets']))
    content = {
        'form': FORM,
        'ground_truth': kept,
        'classes': [category['name'] for category in ground_truth.categories],
        'images': images,
        'detections': files,
        'options': {**options, 'bins': bins, 'max_dets': limits},
    }
    return write_json_file(content, folder / EVALUATION_FILE)


def save_detections(
    folder: str | Path, detections: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Write COCO results, given by ``iou_type``, into a folder, made where it is missing."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for iou_type, found in detections.items():
        _write_json(Path(folder) / detections_file(iou_type), list(map(_with_text, found)))


def detections_file(iou_type: str) -> str:
    """Return the name of the file of the detections."""
    return f'detections.{iou_type}.json'


def is_saved_evaluation(folder: str | Path) -> bool:
    """Return whether ``save_evaluation`` wrote to a folder."""
    return (Path(folder) / EVALUATION_FILE).is_file()


def read_saved_evaluation(folder: str | Path) -> SavedEvaluation:
    """Read what ``save_evaluation`` wrote to a folder; the large files are read later.

    Raises:
        UserError: If there is nothing, or it cannot be read.
    """
    folder = Path(folder)
    path = folder / EVALUATION_FILE
    if not is_saved_evaluation(folder):
        raise UserError(
            f'{folder} holds no {EVALUATION_FILE}: evaluate it with `res2net-mm test` (SizeMetric '
            f'writes it), or give what it predicted (COCO results, label maps) and {argument("gt")}'
        )
    content = read_json(path)
    form = content.get('form') if isinstance(content, Mapping) else None
    if form != FORM:
        raise UserError(f'{path} has the form {form!r}, this version reads {FORM}: evaluate anew')
    _check_content(path, content)
    options = content['options']
    limits = tuple(math.inf if limit is None else limit for limit in options['max_dets'])
    return SavedEvaluation(
        folder=folder,
        ground_truth=folder / content['ground_truth'],
        classes=tuple(content['classes']),
        images=content['images'],
        detections={kind: folder / name for kind, name in content['detections'].items()},
        options={**options, 'bins': make_bins(options['bins']), 'max_dets': limits},
    )


def _check_content(path: Path, content: Mapping[str, Any]) -> None:
    """Refuse what ``save_evaluation`` would not have written."""

    def check(key: str, fine: bool, needed: str) -> None:
        if not fine:
            raise UserError(f'{path} has {key}={content.get(key)!r:.80}, where {needed} is needed')

    def are(values: Any, kinds: tuple[type, ...]) -> bool:
        return isinstance(values, list) and all(isinstance(value, kinds) for value in values)

    classes: Any = content.get('classes')
    files: Any = content.get('detections')
    options: Any = content.get('options')
    check('ground_truth', isinstance(content.get('ground_truth'), str), 'the path of a file')
    check('classes', are(classes, (str,)), 'a list of names')
    folder = content.get('images', 0)
    check('images', isinstance(folder, (str, type(None))), 'the path of a folder, or null,')
    known = isinstance(files, Mapping) and files and files.keys() <= set(IOU_TYPES)
    check('detections', bool(known), f'a file for {" or ".join(IOU_TYPES)}')
    inside = all(isinstance(name, str) and Path(name).name == name for name in files.values())
    check('detections', inside, 'files in the same folder')
    fits = isinstance(options, Mapping) and _NEEDED <= options.keys() <= _NEEDED | _TEXTS
    check('options', fits, f'an object of {", ".join(sorted(_NEEDED | _TEXTS))}')
    texts = [options.get(key, '') for key in _TEXTS]
    check('options', are(texts, (str,)), f'a text for each of {", ".join(sorted(_TEXTS))}')
    whole = are(options['max_dets'], (int, type(None)))
    check('options', whole, 'a list of whole numbers as max_dets')
    check('options', isinstance(options['bins'], list), 'a list of bins')


def _with_text(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the entry with its mask as text, where pycocotools makes bytes."""
    mask = entry.get('segmentation')
    if isinstance(mask, Mapping) and isinstance(mask.get('counts'), bytes):
        return {**entry, 'segmentation': {**mask, 'counts': mask['counts'].decode()}}
    return entry


def _write_json(path: Path, content: Any) -> None:
    """Write JSON without line breaks and piece by piece, since detections are many."""
    with whole_file(path) as partial, partial.open('w', encoding='utf-8') as file:
        json.dump(content, file)
        file.write('\n')

"""The files of size curves: JSON, tables and pictures."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from res2net_mm.evaluation.detection.errors import ErrorResult, error_table
from res2net_mm.evaluation.detection.size_result import size_table
from res2net_mm.report.detection.error_plots import draw_error_costs
from res2net_mm.whole_file import whole_file, write_json_file

from .curve_picture import draw_curves
from .size_curve import SizeCurve, curve_table
from .zoom_scores import ZoomedDetector, zoom_table

NAME = 'size_curve'  # of the files


def write_curves(
    out: Path,
    iou_type: str,
    detectors: Sequence[ZoomedDetector],
    curves: Sequence[SizeCurve],
    errors: Mapping[str, ErrorResult],
    resamples: int,
    say: Callable[[str], None],
) -> None:
    """Say the tables, and write them with the JSON file and the pictures.

    Args:
        out: The folder to write into.
        iou_type: ``bbox`` or ``segm``.
        detectors: The detectors at each zoom.
        curves: Their curves.
        errors: What errors cost each of them by apparent size, by their names.
        resamples: How many times images were drawn for the intervals of the curves.
        say: Gets the tables and the names of the files.
    """
    stem = NAME if iou_type == 'bbox' else f'{NAME}.{iou_type}'
    texts = []
    for detector in detectors:
        for run, result in zip(detector.runs, detector.results[iou_type], strict=True):
            if run.zoom == 1:
                texts.append(f'{detector.name}, zoom 1: {size_table(result)}')
        texts.append(zoom_table(detector, iou_type))
    texts.append(curve_table(curves))
    texts += [f'{name}, by apparent size\n{error_table(of)}' for name, of in errors.items()]
    text = '\n\n'.join(texts)
    say('\n' + text)
    content = {
        'iou_type': iou_type,
        'resamples': resamples,
        'models': [
            {
                **curve.to_dict(),
                'errors': [column.to_dict() for column in errors[curve.name].columns],
                'zooms': [
                    {
                        'zoom': run.zoom,
                        'images_left_out': [
                            {'index': index, 'why': why} for index, why in run.left_out.items()
                        ],
                        **result.to_dict(),
                    }
                    for run, result in zip(detector.runs, detector.results[iou_type], strict=True)
                ],
            }
            for detector, curve in zip(detectors, curves, strict=True)
        ],
    }
    out.mkdir(parents=True, exist_ok=True)
    written = [write_json_file(content, out / f'{stem}.json')]
    files = {
        '.txt': f'{text}\n'.encode(),
        '.png': draw_curves(curves, detectors, iou_type).png,
        '.errors.png': draw_error_costs(list(errors.values()), list(errors)).png,
    }
    for suffix, file in files.items():
        with whole_file(out / (stem + suffix)) as partial:
            partial.write_bytes(file)
        written.append(out / (stem + suffix))
    say('\nwritten: ' + ', '.join(map(str, written)))

"""Score saliency maps that any framework has written to a folder; no model is needed."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.evaluation.bootstrap import check_bootstrap
from res2net_mm.evaluation.saliency.image_saliency import measure_saliency
from res2net_mm.evaluation.saliency.saliency_result import (
    SaliencyResult,
    saliency_table,
    score_saliency,
)
from res2net_mm.evaluation.saliency.saliency_set import stack_saliency, write_saliency
from res2net_mm.evaluation.size_bins import make_bins
from res2net_mm.evaluation.written_results import report_result, write_result
from res2net_mm.formats.findings import Faults, Findings, describe
from res2net_mm.formats.image_file import size_text
from res2net_mm.formats.label_maps.census import LabelCensus
from res2net_mm.formats.label_maps.map_file import read_label_map, read_pixels
from res2net_mm.formats.label_maps.pairs import LabelMapPair, pair_label_maps
from res2net_mm.formats.label_maps.saliency import salient_labels
from res2net_mm.progress import track


def evaluate_saliency_maps(
    gt: str | Path,
    dt: str | Path,
    *,
    bins: Iterable | None = None,
    bins_by: str = 'area',
    bootstrap: int = 0,
    seed: int = 0,
    on_error: str = 'stop',
    json_path: str | Path | None = None,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> SaliencyResult:
    """Read folders of masks and saliency maps, score them by object size and print the table.

    Args:
        gt: Folder of masks (PNG), nested or not, salient above 128, or 1 where they hold 0 and 1.
        dt: Folder of grey saliency maps of the same names, 0 to 255.
        bins: Size bins as in ``score_saliency``.
        bins_by: What the limits of bins measure.
        bootstrap: Number of draws of the images for confidence intervals; 0 for none.
        seed: Seed of these draws.
        on_error: ``stop`` at images that cannot be scored, or ``skip`` them; either says how many.
        json_path: Where to write the result; the measures of every image go beside it, in a file of
            the same name that ends in ``.npz``. None for nowhere.
        progress: Whether to show progress.
        say: Receives the table and what else a reader should know.

    Raises:
        UserError: If the folders cannot be read or do not fit together; a line for each fault.
    """
    check_bootstrap(bootstrap)
    bins = make_bins(bins, bins_by)
    gt, dt = Path(gt), Path(dt)
    pairs, extra = pair_label_maps(gt, dt, lossy=True)
    census = LabelCensus()
    faults = Faults(str(dt), 'saliency maps', len(pairs), on_error)
    checked = [
        _fault(pair, census) for pair in track(pairs, 'reading', total=len(pairs), shown=progress)
    ]
    for kind in ('are missing', 'cannot be used', 'have another size than the mask'):
        shown = [text if of == kind else '' for of, text in checked]
        faults.add([bool(text) for text in shown], kind, shown.__getitem__)
    usable, lines = faults.settle()
    if not usable.size:
        raise UserError(f'none of the {len(pairs)} masks of {gt} can be scored')
    findings = Findings()
    labels = salient_labels(census, findings)
    for line in (*describe(findings), *(f'note: {line}' for line in lines)):
        say(line)
    if extra:
        say(f'note: {dt}: {len(extra)} saliency maps without a mask, the first is {extra[0]}')
    measured = []
    for index in track(usable, 'comparing', total=len(usable), shown=progress):
        pair = pairs[index]
        assert pair.predicted is not None
        truth = labels.encoding.decode(read_pixels(pair.truth, lossy=True)) == 1
        measured.append((pair.name, measure_saliency(truth, read_label_map(pair.predicted))))
    stacked = stack_saliency(measured)
    result = score_saliency(stacked, bins=bins, notes=lines)

    write = None
    if json_path is not None:
        beside = partial(write_saliency, stacked)
        write = partial(write_result, path=json_path, write_beside=beside, what='measures')
    return report_result(
        result,
        saliency_table,
        write,
        bootstrap=bootstrap,
        seed=seed,
        say=say,
        progress=progress,
    )


def _fault(pair: LabelMapPair, census: LabelCensus) -> tuple[str, str]:
    """Count what a mask holds; return what is wrong with its saliency map, and where, or ''."""
    truth = read_pixels(pair.truth, lossy=True)
    if pair.predicted is None:
        return 'are missing', pair.name
    try:
        saliency = read_label_map(pair.predicted)
    except UserError as error:
        return 'cannot be used', str(error)
    if saliency.shape != truth.codes.shape:
        sizes = (size_text(pixels.shape[:2]) for pixels in (saliency, np.asarray(truth.codes)))
        return 'have another size than the mask', f'{pair.name}: {", mask ".join(sizes)}'
    census.add(pair.truth, truth)
    return '', ''

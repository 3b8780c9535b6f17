"""One HTML file that runs an exported model on a visitor's pictures."""

import base64
import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from res2net_mm.deploy.export.files import open_exported
from res2net_mm.errors import UserError, argument, check_choice
from res2net_mm.evaluation.detection import size_metric
from res2net_mm.evaluation.regions import saved_regions
from res2net_mm.evaluation.size_bins import COCO_BINS
from res2net_mm.formats.text_file import read_json
from res2net_mm.whole_file import whole_file

from .web_engine import VERSION, web_engine

RESULT_FILES = (size_metric.RESULT_FILE, saved_regions.RESULT_FILE)
_NOT_SHOWN = ('bin', 'area_px2', 'by', 'limits', 'intervals')


def write_demo_page(
    model: str | Path,
    out: str | Path | None = None,
    *,
    results: str | Path | None = None,
    engine: str | Path | None = None,
    title: str | None = None,
) -> Path:
    """Write a page that runs an exported model in the browser; nothing is loaded from elsewhere.

    Args:
        model: A detector or segmenter that ``res2net-mm export`` wrote as ``.onnx``.
        out: The page; default the model's name with ``.html``.
        results: ``ap_by_size.json`` or ``iou_by_size.json`` of the model, or the work directory
            that has one: its table is shown beside the picture.
        engine: See :func:`~res2net_mm.deploy.web.web_engine.web_engine`.
        title: Heading of the page; default the model's name.

    Returns:
        The page.

    Raises:
        UserError: The model, the results or the engine cannot be used.
    """
    model = Path(model)
    out = model.with_suffix('.html') if out is None else Path(out)
    if out.suffix != '.html':
        raise UserError(f'{argument("out", str(out))} must end in .html')
    if model.suffix != '.onnx':
        raise UserError(f'{model} does not run in a browser: export it with `--to onnx`')
    metadata = open_exported(model).metadata
    check_choice('task of the model', metadata['task'], ('detection', 'segmentation'))
    script, binary = web_engine(engine)
    data = dict(
        task=metadata['task'],
        classes=list(metadata['classes']),
        resize=metadata['resize'],
        bins=[[b.name, b.low, b.high if b.high < float('inf') else None] for b in COCO_BINS],
        scores=None if results is None else _scores(Path(results)),
    )
    environment = Environment(
        loader=PackageLoader('res2net_mm.deploy.web'), autoescape=True, undefined=StrictUndefined
    )
    text = environment.get_template('page.html').render(
        title=title or model.stem,
        data=_json(data),
        engine_version=VERSION,
        files={
            'engine-script': _packed(script),
            'engine-binary': _packed(binary),
            'model': _packed(model.read_bytes()),
        },
    )
    with whole_file(out) as partial:
        partial.write_text(text, encoding='utf-8')
    return out


def _scores(path: Path) -> list[dict[str, Any]]:
    """Return the tables of a results file: caption, columns, rows of texts."""
    files = [path / name for name in RESULT_FILES] if path.is_dir() else [path]
    file = next((file for file in files if file.is_file()), None)
    if file is None:
        looked_for = ' or '.join(RESULT_FILES) if path.is_dir() else 'the file'
        raise UserError(f'{argument("results", str(path))}: {looked_for} does not exist')
    content = read_json(file)
    try:
        tables = content.items() if file.name == RESULT_FILES[0] else [('regions', content)]
        return [_table(kind, table['scores']) for kind, table in tables]
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        raise UserError(
            f'{file} is not what an evaluation of this package wrote: {error!r}'
        ) from None


def _table(caption: str, scores: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table of a result: counts as they are, scores in %."""

    def text(value: Any) -> str:
        if isinstance(value, Mapping):  # AR by number of detections
            value = [*value.values()][-1]
        if value is None:
            return '-'
        return str(value) if isinstance(value, int) else f'{100 * value:.1f}'

    names = [name for name in scores[0] if name not in _NOT_SHOWN]
    rows = [[name, *(text(column[name]) for column in scores)] for name in names]
    return dict(caption=caption, columns=[column['bin'] for column in scores], rows=rows)


def _packed(content: bytes) -> str:
    """Return bytes as text for a page: gzip, base64."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()


def _json(value: Any) -> Markup:
    """Return JSON that no text in it can leave the script element by."""
    return Markup(json.dumps(value, allow_nan=False).replace('<', '\\u003c'))

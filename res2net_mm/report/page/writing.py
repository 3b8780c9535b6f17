"""A report as files: one page that needs nothing else, and the same as Markdown, CSV and images.

Beside ``report.html`` these are ``report.md``, ``report.csv`` and the folder ``report_files`` with
a PNG of every plot and a JPEG of every panel.
"""

import base64
import csv
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from res2net_mm.errors import UserError
from res2net_mm.report.page.parts import Report
from res2net_mm.report.page.plots import RUN_COLOURS
from res2net_mm.version import __version__
from res2net_mm.whole_file import whole_file


def check_target(output: str | Path) -> Path:
    """Return the path of a report; raise UserError unless it ends in .html and can be written."""
    output = Path(output)
    if output.suffix != '.html':
        raise UserError(f'the report is a page: give it a name ending in .html, got {output}')
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f'cannot write to {output.parent}: {error.strerror}') from error
    if output.is_dir():
        raise UserError(f'{output} is a folder')
    return output


def write_report(report: Report, output: str | Path) -> list[Path]:
    """Write a report to a page, ``*.html``, in place of an earlier one of the same name.

    Returns:
        What was written: the page, Markdown, CSV, and the folder of images.

    Raises:
        UserError: If it cannot be written.
    """
    output = check_target(output)
    markdown, table = output.with_suffix('.md'), output.with_suffix('.csv')
    folder = output.with_name(f'{output.stem}_files')
    templates = _templates()
    values = dict(report=report, version=__version__, colours=RUN_COLOURS, folder=folder.name)
    rendered = {
        output: templates.get_template('report.html').render(values),
        markdown: templates.get_template('report.md').render(values),
    }
    try:
        folder.mkdir(exist_ok=True)
        for ending in ('png', 'jpg'):
            for file in folder.glob(f'*.{ending}'):
                file.unlink()
        for name, content in _images(report).items():
            (folder / name).write_bytes(content)
        for path, text in rendered.items():
            with whole_file(path) as partial:
                partial.write_text(text, encoding='utf-8')
        with whole_file(table) as partial:
            _write_csv(report, partial)
    except OSError as error:
        raise UserError(f'cannot write {error.filename or output}: {error.strerror}') from error
    return [output, markdown, table, folder]


def _templates() -> Environment:
    """Return the templates; HTML escapes every value, Markdown those that a filter names."""
    environment = Environment(
        loader=PackageLoader('res2net_mm.report.page'),
        autoescape=lambda name: name is not None and name.endswith('.html'),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        data_uri=lambda jpeg: 'data:image/jpeg;base64,' + base64.b64encode(jpeg).decode(),
        drawing=Markup,  # matplotlib escapes the text in its SVG
        md=_markdown,
    )
    return environment


def _images(report: Report) -> dict[str, bytes]:
    parts = [part for section in report.sections for part in section.parts] + [*report.parts]
    rows = [row for part in parts for picture in part.pictures for row in picture.rows]
    plots = {f'{figure.name}.png': figure.png for part in parts for figure in part.figures}
    return plots | {f'{panel.name}.jpg': panel.jpeg for row in rows for panel in row}


def _markdown(text: str) -> str:
    """Escape text so that no name in it becomes markup or another column."""
    for special in '\\`*_[]<>|#':
        text = text.replace(special, f'\\{special}')
    return ' '.join(text.split())


def _write_csv(report: Report, path: Path) -> None:
    records = [record for section in report.sections for record in section.records]
    with path.open('w', encoding='utf-8', newline='') as file:
        fields = dict.fromkeys(field for record in records for field in record)
        writer = csv.DictWriter(file, fieldnames=list(fields), lineterminator='\n')
        writer.writeheader()
        writer.writerows(records)

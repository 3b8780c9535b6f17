"""The pictures of a report and of predictions in the documentation.

The report is that of ``docs/notebooks/size_report.ipynb``, opened in Chromium; the predictions are
those that a run of ``make demo`` has drawn.
"""

import argparse
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image

from res2net_mm.errors import UserError, argument, exit_on_user_error
from res2net_mm.whole_file import whole_file

from . import notebooks

IMAGES = Path(__file__).resolve().parents[1] / 'docs/images'
DEMO = Path('work_dirs/faster_rcnn_r2n_light_fpn_demo')
SIZE = (1100, 1500)  # of the page's beginning, px
BROWSERS = ('chromium', 'google-chrome')


def draw_report(out: Path) -> Path:
    """Run the notebook about the report and save the beginning of its page as a picture."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise UserError(f'none of {", ".join(BROWSERS)} is installed, which opens the report')
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        notebooks.run(notebooks.FOLDER / 'size_report.ipynb', folder)
        page, shot = folder / 'report/report.html', folder / 'shot.png'
        options = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars']
        size = f'--window-size={SIZE[0]},{SIZE[1]}'
        subprocess.run(
            [browser, *options, size, f'--screenshot={shot}', page.as_uri()],
            check=True,
            capture_output=True,
        )
        return _save(shot, out)


def copy_predictions(run: Path, out: Path) -> Path:
    """Save the picture that an evaluation has drawn of its first images, in half its size."""
    drawn = run / 'predictions.png'
    if not drawn.is_file():
        raise UserError(f'{argument("run", run)} has no predictions.png: `make demo` draws it')
    return _save(drawn, out, width=1000)


def _save(picture: Path, out: Path, width: int | None = None) -> Path:
    with Image.open(picture) as image:
        shown = image.convert('RGB')
    if width and shown.width > width:
        shown = shown.resize((width, round(shown.height * width / shown.width)))
    with whole_file(out) as partial:
        shown.save(partial, 'WEBP', quality=80, method=6)
    return out


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--run', type=Path, default=DEMO, help=f'default {DEMO}')
    parser.add_argument('--out', type=Path, default=IMAGES, help='folder; default docs/images')
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        print(draw_report(args.out / 'report.webp'))
        print(copy_predictions(args.run, args.out / 'predictions.webp'))


if __name__ == '__main__':
    main()

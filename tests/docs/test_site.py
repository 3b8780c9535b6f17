"""The site of the documentation: every link leads somewhere, every public name has its place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import res2net_mm

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(tmp_path):
    command = ['mkdocs', 'build', '-q', '--strict', '-f', '.mkdocs.yml', '-d', str(tmp_path)]
    environment = {**os.environ, 'NO_MKDOCS_2_WARNING': '1'}
    done = subprocess.run(
        [sys.executable, '-m', *command], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, '')
    reference = (tmp_path / 'reference/index.html').read_text()
    for word in ('frozen_stages', 'cfg_options', 'max_dets', 'UserError'):
        assert word in reference
    for page in tmp_path.rglob('*.html'):
        assert 'fonts.googleapis' not in page.read_text()


def test_every_public_name_is_in_the_reference():
    text = (ROOT / 'docs/reference.md').read_text()
    for name in set(res2net_mm.__all__) - {'__version__'}:
        assert f'.{name}\n' in text, name


def test_every_page_is_in_the_menu():
    menu = (ROOT / '.mkdocs.yml').read_text()
    for page in (ROOT / 'docs').glob('*.md'):
        assert f' {page.name}\n' in menu, page.name

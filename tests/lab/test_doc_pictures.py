"""The pictures of the documentation."""

import pytest
from PIL import Image

from lab import doc_pictures
from res2net_mm.errors import UserError


def test_predictions_are_copied_small(tmp_path):
    Image.new('RGBA', (2400, 1200), 'red').save(tmp_path / 'predictions.png')
    out = doc_pictures.copy_predictions(tmp_path, tmp_path / 'out.webp')
    with Image.open(out) as image:
        assert (image.format, image.size) == ('WEBP', (1000, 500))


def test_a_run_without_predictions_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match='make demo'):
        doc_pictures.copy_predictions(tmp_path, tmp_path / 'out.webp')


def test_without_a_browser_one_sentence_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr('shutil.which', lambda name: None)
    with pytest.raises(UserError, match='chromium'):
        doc_pictures.draw_report(tmp_path / 'out.webp')


def test_they_are_in_the_documentation():
    for name in ('report.webp', 'predictions.webp'):
        with Image.open(doc_pictures.IMAGES / name) as image:
            assert image.width >= 1000
        text = (doc_pictures.IMAGES.parent / 'size_report.md').read_text()
        assert f'(images/{name})' in text

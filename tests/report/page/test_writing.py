"""The page needs nothing else, takes any name, and says what Markdown and CSV say."""

import csv
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from res2net_mm.errors import UserError
from res2net_mm.report import compare_runs, write_report
from res2net_mm.report.page.writing import check_target

NASTY = ['<script>alert("a")</script> & $x_1$ |', '_b']
VOID = {'meta', 'img', 'line', 'path', 'use', 'rect', 'br', 'input', 'link', 'hr'}


class Page(HTMLParser):
    """Collects tags with their attributes, and the text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text, self.cells = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == [], 'tags that are not closed'

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)
        if self.open and self.open[-1] in ('td', 'th'):
            self.cells.append(data)

    def values(self, name):
        return [attributes[name] for _, attributes in self.tags if name in attributes]


@pytest.fixture(scope='module')
def written(drawn, tmp_path_factory):
    folder = tmp_path_factory.mktemp('written')
    report = compare_runs(
        drawn.files,
        folder / 'deep/report.html',
        gt=drawn.gt,
        images=drawn.images,
        names=NASTY,
        bootstrap=20,
        pictures=2,
        iou_types=['bbox'],
        progress=False,
        say=lambda text: None,
    )
    return report, folder / 'deep'


@pytest.fixture(scope='module')
def page(written):
    return Page((written[1] / 'report.html').read_text(encoding='utf-8'))


def test_the_page_loads_nothing(written, page):
    text = (written[1] / 'report.html').read_text(encoding='utf-8')
    assert not re.search(r'https?:|url\((?!#)|@import', text)
    sources = page.values('src')
    assert sources
    assert all(source.startswith('data:image/jpeg;base64,') for source in sources)
    assert all(target.startswith('#') for target in page.values('href'))
    assert not {'script', 'link', 'iframe', 'object'} & {tag for tag, _ in page.tags}


def test_ids_are_unique_and_references_met(page):
    ids = page.values('id')
    assert len(set(ids)) == len(ids)
    pointed = {target[1:] for target in page.values('href')}
    for name in ('clip-path', 'style', 'marker-end'):
        for value in page.values(name):
            pointed |= set(re.findall(r'url\(#([^)]+)\)', value))
    assert pointed
    assert pointed <= set(ids)


def test_names_are_shown_as_they_are(page):
    text = ''.join(page.text)
    assert text.count(NASTY[0]) > 5  # in the drawings, too
    assert text.count('_b') > 5


def test_the_page_can_be_read_out(page):
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch('h[1-6]', tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all(a.get('alt') for tag, a in page.tags if tag == 'img')
    roles = [a for _, a in page.tags if a.get('role') == 'img']
    assert len(roles) == 7
    assert all(a['aria-label'] for a in roles)
    assert ('html', {'lang': 'en'}) in page.tags


def test_markdown_and_csv_agree_with_the_page(written, page):
    report, folder = written
    markdown = (folder / 'report.md').read_text(encoding='utf-8')
    assert '<script>' not in markdown.replace('\\<', '')
    rows = {
        tuple(re.split(r'(?<!\\)\|', line)[1:-1])
        for line in markdown.splitlines()
        if line[:1] == '|'
    }
    shown = {tuple(cell.strip() for cell in row) for row in rows}
    for part in report.sections[0].parts:
        for table in part.tables:
            for row in table.rows:
                assert {cell.text for cell in row if cell.text} <= set(page.cells)
                texts = [f'{c.text}; {c.detail}' if c.detail else c.text for c in row]
                plain = {tuple(re.sub(r'\\(.)', r'\1', cell) for cell in line) for line in shown}
                assert tuple(texts) in plain
    with (folder / 'report.csv').open(encoding='utf-8', newline='') as file:
        records = list(csv.DictReader(file))
    assert [r['class'] for r in records[:1]] == ['all classes']
    card = report.sections[0].verdicts[0].cards[0]
    first = next(r for r in records if (r['bin'], r['score']) == ('small', 'AP'))
    assert first['verdict'] == card.tone
    assert card.change == f'{100 * float(first["difference"]):+.1f} AP'.replace('-', '−')
    assert [r['run_a'] for r in records] == [NASTY[0]] * len(records)


def test_images_lie_beside_the_page(written):
    _, folder = written
    markdown = (folder / 'report.md').read_text(encoding='utf-8')
    linked = set(re.findall(r'\]\((report_files/[^)]+)\)', markdown))
    files = {str(path.relative_to(folder)) for path in (folder / 'report_files').iterdir()}
    assert linked == files
    assert sum(name.endswith('.png') for name in files) == 7
    for name in files:
        start = (folder / name).read_bytes()[:4]
        assert start[:2] == b'\xff\xd8' if name.endswith('.jpg') else start == b'\x89PNG'


def test_a_second_report_takes_the_place_of_the_first(written, tmp_path):
    report, _ = written
    write_report(report, tmp_path / 'r.html')
    (tmp_path / 'r_files/old.png').write_bytes(b'')
    paths = write_report(report, tmp_path / 'r.html')
    assert [path.name for path in paths] == ['r.html', 'r.md', 'r.csv', 'r_files']
    assert not (tmp_path / 'r_files/old.png').exists()
    assert len(list(tmp_path.iterdir())) == 4


def test_places_that_cannot_be_written_to_are_refused(tmp_path):
    with pytest.raises(UserError, match=r'a name ending in \.html, got .*report\.pdf'):
        check_target(tmp_path / 'report.pdf')
    (tmp_path / 'file').write_text('')
    with pytest.raises(UserError, match='cannot write to'):
        check_target(tmp_path / 'file/report.html')
    (tmp_path / 'x.html').mkdir()
    with pytest.raises(UserError, match='is a folder'):
        check_target(tmp_path / 'x.html')

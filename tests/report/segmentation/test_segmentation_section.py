"""From work directories and label maps of segmenters to reports, and the tool with label maps."""

import csv
import re

import pytest
from test_compare import TOOL, compare
from test_segmenter_runs import read
from tool_process import run

from res2net_mm.errors import UserError
from res2net_mm.evaluation import make_bins
from res2net_mm.evaluation.regions import compare_regions, read_regions, score_regions
from res2net_mm.report.by_size.size_curve import describe_wins
from res2net_mm.report.by_size.verdict import ENOUGH, points, tone_of
from res2net_mm.report.segmentation.segmentation_section import region_curve


def scored(folder, **options):
    return score_regions(read_regions(folder / 'iou_by_size.npz'), **options)


def test_two_work_dirs_have_the_numbers_of_compare_regions(segmenter_dir, tmp_path):
    folders = segmenter_dir('old', 0), segmenter_dir('new', 1)
    report, said = compare(folders, tmp_path / 'report.html', bootstrap=20)
    assert report.title == 'new against old, by region size'
    assert not report.notes
    (section,) = report.sections
    expected = compare_regions(*map(scored, folders), resamples=20)
    columns = (*expected.bins, expected.overall)
    for card, column in zip(section.verdicts[0].cards, columns, strict=True):
        assert card.change == f'{points(column.scores["IoU"].difference)} IoU'
        assert card.tone == tone_of(column, 'IoU')
        said_beside = ' '.join(card.detail)
        for score, title in (('recall', 'recall'), ('BF', 'boundary F')):
            change = points(column.scores[score].difference)
            assert re.search(rf'{title} . {re.escape(change)}( |$)', said_beside)
    rows = {row[0].text: row[1:] for row in section.parts[0].tables[0].rows}
    for place, column in enumerate(columns):
        assert rows['regions'][place].text == str(column.objects)
        assert rows['IoU: old'][place].text == f'{100 * column.scores["IoU"].a:.1f}'
        assert rows['boundary F: new'][place].text == f'{100 * column.scores["BF"].b:.1f}'
    by_class = [part for part in section.parts if part.title == 'By class and size']
    assert len(by_class[0].tables) == 3
    assert [row[0].text for row in by_class[0].tables[0].rows] == [c.name for c in expected.classes]
    with (tmp_path / 'report.csv').open(newline='') as file:
        records = list(csv.DictReader(file))
    assert len(records) == (1 + len(expected.classes)) * 4 * 3
    first = expected.bins[0].scores['IoU']
    assert (float(records[0]['low']), float(records[0]['high'])) == (first.low, first.high)
    assert section.verdicts[0].sentence in said
    (training,) = report.parts
    assert 'loss by iteration' in training.figures[0].svg
    assert 'mIoU, %, small' in training.figures[0].svg


def test_the_page_is_whole(segmenter_dir, tmp_path):
    report, _ = compare([segmenter_dir('old', 0), segmenter_dir('new', 1)], tmp_path / 'r.html')
    text = (tmp_path / 'r.html').read_text(encoding='utf-8')
    assert not re.search(r'https?:|url\((?!#)|@import|<script|<link', text)
    sources = re.findall(r' src="([^"]*)"', text)
    assert all(source.startswith('data:image/jpeg;base64,') for source in sources)
    titles = [part.title for part in report.sections[0].parts]
    assert 'Images where the runs differ most' in titles
    assert len(sources) >= 10
    markdown = (tmp_path / 'r.md').read_text(encoding='utf-8')
    linked = set(re.findall(r'\]\((r_files/[^)]+)\)', markdown))
    assert linked == {f'r_files/{path.name}' for path in (tmp_path / 'r_files').iterdir()}
    assert 'background `#5a5a5a`' in markdown  # of the data set's palette


@pytest.mark.slow
def test_bins_are_those_of_the_runs_or_chosen(segmenter_dir, tmp_path):
    bins = [('low', 0, 0.1), ('high', 0.1, None)]
    options = dict(bins=bins, bins_by='relative-side')
    folders = segmenter_dir('a', 0, **options), segmenter_dir('b', 1, **options)
    report, _ = compare(folders, tmp_path / 'r.html', pictures=0)
    cards = report.sections[0].verdicts[0].cards
    assert [card.size for card in cards] == ['low', 'high', 'all sizes']
    assert 'square root of the area / area of the image' in report.sections[0].facts
    report, _ = compare(folders, tmp_path / 'r.html', pictures=0, bins=[40], bins_by='side')
    cards = report.sections[0].verdicts[0].cards
    again = make_bins([40], 'side')
    expected = compare_regions(*(scored(f, bins=again) for f in folders), resamples=10)
    assert cards[0].change == f'{points(expected.bins[0].scores["IoU"].difference)} IoU'
    other = segmenter_dir('c', 1)
    with pytest.raises(UserError, match='a and c were scored with different bins: low <= 10'):
        compare([folders[0], other], tmp_path / 'r.html')


def test_label_maps_through_the_tool(drawn_maps, segmenter_dir, tmp_path):
    page = tmp_path / 'report.html'
    options = ['--gt', drawn_maps.gt, '--images', drawn_maps.images, '--bootstrap', 5]
    options += ['--pictures', 2, '-o', page]
    done = run(TOOL, *drawn_maps.folders, *options, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert 'Regions: fine against coarse' in done.stdout
    assert 'classes, named by' in done.stdout
    text = page.read_text(encoding='utf-8')
    assert 'No training log: coarse, fine.' in text
    assert 'Images where the runs differ most' in text
    # A work directory of the same predictions has the same scores.
    mixed = [segmenter_dir('kept', 0, logged=False), drawn_maps.folders[1]]
    compare(mixed, tmp_path / 'mixed.html', gt=drawn_maps.gt, bootstrap=5, pictures=0)
    shown = [
        re.findall(r'<td[^>]*>([^<]*)', path.read_text(encoding='utf-8'))
        for path in (page, tmp_path / 'mixed.html')
    ]
    assert shown[0] == shown[1]


def test_kinds_are_not_mixed_and_options_fit_them(
    drawn, work_dir, drawn_maps, segmenter_dir, tmp_path
):
    page = tmp_path / 'r.html'
    segmenter, detector = segmenter_dir('seg', 0), work_dir('det', 0)
    for other in (detector, drawn.files[0]):
        with pytest.raises(UserError, match=r'seg holds label maps and .*: runs of one kind can'):
            compare([segmenter, other], page)
    with pytest.raises(UserError, match='holds label maps and'):
        compare([drawn_maps.folders[0], detector], page, gt=drawn_maps.gt)
    with pytest.raises(UserError, match=r'iou_types=, protocol=: for detections, and these runs'):
        compare([segmenter] * 2, page, iou_types=['bbox'], protocol='coco')
    with pytest.raises(UserError, match=r'classes=, ignore_index=: for label maps, and these'):
        compare([detector] * 2, page, classes=['a'], ignore_index=0)
    assert not page.exists()


@pytest.fixture
def regions(drawn_maps):
    return [run.regions for run in read(drawn_maps.folders, gt=drawn_maps.gt)]


@pytest.mark.parametrize('relative', [False, True])
def test_every_point_is_the_score_of_a_bin_around_it(regions, relative):
    curve = region_curve(regions, relative=relative, resamples=5)
    by = 'relative-side' if relative else 'side'
    assert curve.by == by
    assert len(curve.sides) == len(regions[0].truth.area)
    told = 0
    for point, size in enumerate(curve.sizes):
        bins = [('here', size / 2**0.5, size * 2**0.5)]
        for which in (0, 1):
            (here,) = score_regions(regions[which], bins=bins, bins_by=by).bins
            assert curve.objects[point] == here.regions
            if here.regions >= ENOUGH:
                told += 1
                expected = list(here.scores.values())
                assert curve.scores[which, :, point] == pytest.approx(expected)
    assert told > 10
    assert curve.band.shape == (1, 3, 2, len(curve.sizes))
    (sentence,) = describe_wins(curve, ['a', 'b'])
    assert 'b gains IoU for regions of' in sentence

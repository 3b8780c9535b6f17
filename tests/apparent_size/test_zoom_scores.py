import pytest

from res2net_mm.apparent_size.memory_guard import MemoryGuard
from res2net_mm.apparent_size.tested_detector import load_tested_detector, prepare_test_set
from res2net_mm.apparent_size.zoom_run import run_zoom
from res2net_mm.apparent_size.zoom_scores import ZoomedDetector, score_runs, views_of, zoom_table


@pytest.fixture
def zoomed(seeing, tmp_path):
    """A detector of sides of 32 to 128 px, at zooms 1 and 2."""
    config, checkpoint = seeing(32, 128)
    tests = prepare_test_set(config, checkpoint, work_dir=tmp_path)
    detector = load_tested_detector(tests, checkpoint, device='cpu')
    guard, quiet = MemoryGuard(None, detector.device), lambda _: None
    runs = [run_zoom(detector, z, tmp_path / f'{z}', guard=guard, say=quiet) for z in (1, 2)]
    return ZoomedDetector('net', tuple(runs), score_runs(runs, quiet))


def test_the_table_follows_the_same_objects_from_zoom_to_zoom(zoomed):
    lines = zoom_table(zoomed, 'bbox', 'AR').splitlines()
    rows = [line.split() for line in lines[1:]]
    assert rows[0] == ['zoom', 'small', 'medium', 'large', 'all', 'left', 'out']
    # small: 12 and 24 px; medium: 48 px; large: 96 px (an edge, so medium, too) and 192 px.
    assert rows[1] == ['1', '0.0', '100.0', '50.0', '40.0', '0']
    assert rows[2] == ['2', '50.0', '50.0', '0.0', '40.0', '0']


def test_a_view_knows_what_a_px_became(zoomed):
    at_one, at_two = views_of(zoomed, 'bbox')
    assert (at_one.enlargement == 1).all()
    assert (at_two.enlargement == 4).all()
    assert len(at_two.enlargement) == len(at_two.matches.image_ids) == 12

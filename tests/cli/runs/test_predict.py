import pytest
from tool_process import one_error, run

from res2net_mm.cli.runs import predict


@pytest.fixture
def called(monkeypatch):
    calls = []
    monkeypatch.setattr(
        'res2net_mm.prediction.predict', lambda *given, **options: calls.append((given, options))
    )
    return calls


@pytest.mark.parametrize(
    ('given', 'config', 'rest'),
    [
        (['my.py', 'w.pth', 'a.jpg', 'b.jpg'], 'my.py', ('w.pth', ['a.jpg', 'b.jpg'])),
        (['mmdet::retinanet/r.py', 'w.pth', 'a'], 'mmdet::retinanet/r.py', ('w.pth', ['a'])),
        (['faster_rcnn_r2n50_fpn', 'w.pth', 'a'], 'faster_rcnn_r2n50_fpn', ('w.pth', ['a'])),
        (['model.onnx', 'a.jpg'], None, ('model.onnx', ['a.jpg'])),
        (['w.pth', 'pictures'], None, ('w.pth', ['pictures'])),
    ],
)
def test_a_config_is_told_from_a_model(called, given, config, rest):
    predict.run(given, score=0.5)
    assert called == [(rest, dict(config=config, score=0.5))]


def test_a_work_directory_is_no_config(called, tmp_path):
    predict.run([str(tmp_path), 'a.jpg'])
    assert called == [((str(tmp_path), ['a.jpg']), dict(config=None))]


def test_what_is_missing_is_named(tmp_path):
    for given, missing in ((['my.py'], 'CHECKPOINT and INPUT are'), (['w.pth'], 'INPUT is')):
        assert f'{missing} missing' in one_error(
            run('predict.py', *given, '--out', 'o', cwd=tmp_path)
        )


def test_errors_name_the_options(tmp_path):
    done = run('predict.py', 'w.pth', 'a.jpg', '--out', 'o', '--score', 7, cwd=tmp_path)
    assert '--score 7 must be between 0 and 1, best or by-size' in one_error(done)

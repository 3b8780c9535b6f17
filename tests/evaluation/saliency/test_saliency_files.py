"""Two folders, of masks and of saliency maps, are scored as the metric does."""

import json

import cv2
import numpy as np
import pytest
import tool_process
from literal_saliency import draw

from res2net_mm.errors import UserError
from res2net_mm.evaluation.saliency import (
    evaluate_saliency_maps,
    measure_saliency,
    score_saliency,
    stack_saliency,
)

QUIET = dict(progress=False, say=len)


@pytest.fixture
def folders(tmp_path):
    for i in range(4):
        truth, saliency = draw(i)
        for name, pixels in (('gt', 255 * truth), ('dt', saliency)):
            (tmp_path / name).mkdir(exist_ok=True)
            assert cv2.imwrite(str(tmp_path / name / f'{i}.png'), pixels.astype(np.uint8))
    return tmp_path / 'gt', tmp_path / 'dt'


def expected(images=range(4)):
    measured = [(f'{i}.png', measure_saliency(*draw(i))) for i in images]
    return score_saliency(stack_saliency(measured), bins=[250])


def test_scores_are_those_of_the_pixels(folders, tmp_path):
    path = tmp_path / 'scores.json'
    result = evaluate_saliency_maps(*folders, bins=[250], json_path=path, **QUIET)
    assert result == expected()
    assert json.loads(path.read_text()) == result.to_dict()
    assert path.with_suffix('.npz').is_file()


def test_masks_of_0_and_1_are_the_same(folders):
    for file in folders[0].iterdir():
        cv2.imwrite(str(file), cv2.imread(str(file), cv2.IMREAD_GRAYSCALE) // 255)
    assert evaluate_saliency_maps(*folders, bins=[250], **QUIET) == expected()


def test_masks_in_jpeg_are_the_same(folders):
    for file in folders[0].iterdir():
        cv2.imwrite(str(file.with_suffix('.jpg')), cv2.imread(str(file)))
        file.unlink()
    found = evaluate_saliency_maps(*folders, bins=[250], **QUIET)
    for name, score in expected().overall.scores.items():
        assert found.overall.scores[name] == pytest.approx(score, abs=0.02)


def test_maps_that_cannot_be_scored_are_named_or_left_out(folders):
    gt, dt = folders
    (dt / '0.png').unlink()
    (dt / '1.png').write_bytes(b'nothing')
    cv2.imwrite(str(dt / '2.png'), np.zeros((5, 6), np.uint8))
    with pytest.raises(UserError) as caught:
        evaluate_saliency_maps(gt, dt, **QUIET)
    for text in ('1 of 4 saliency maps are missing', 'cannot be used', '5x6, mask'):
        assert text.replace('5x6', '') in str(caught.value).replace('6x5 px', '')
    result = evaluate_saliency_maps(gt, dt, bins=[250], on_error='skip', **QUIET)
    assert result.overall == expected([3]).overall
    assert len(result.notes) == 3
    (dt / '3.png').unlink()
    with pytest.raises(UserError, match='none of the 4 masks'):
        evaluate_saliency_maps(gt, dt, on_error='skip', **QUIET)


def test_the_command_scores_saliency_maps(folders, tmp_path):
    done = tool_process.run(
        'eval_by_size.py', '--saliency', '--gt', folders[0], '--dt', folders[1], cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert 'maxF  ' in done.stdout
    assert f'{100 * expected().overall.scores["maxF"]:.1f}' in done.stdout
    done = tool_process.run(
        'eval_by_size.py', '--saliency', '--gt', folders[0], '--dt', folders[1],
        '--iou-type', 'bbox', cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 2
    assert '--iou-type: for detections or label maps, but --saliency is' in done.stderr

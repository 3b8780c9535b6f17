import os
import shutil

import pytest
import torch

from res2net_mm.errors import UserError
from res2net_mm.prediction.model_source import find_source


def test_a_checkpoint_brings_its_config(detector):
    source = find_source(detector)
    assert source.checkpoint == detector
    assert source.config.model.type == 'FasterRCNN'


def test_a_config_that_is_named_is_taken(detector):
    assert find_source(detector, 'my_config.py').config == 'my_config.py'


def test_an_exported_file_needs_none(tmp_path):
    assert find_source(tmp_path / 'model.onnx').config is None


def test_a_work_directory_gives_its_best_checkpoint_else_its_last(detector, tmp_path):
    content = torch.load(detector, weights_only=True)
    content.update(optimizer={}, message_hub={})
    content['meta'].update(epoch=1, iter=1)
    for number, name in enumerate(['epoch_1.pth', 'epoch_2.pth']):
        torch.save(content, tmp_path / name)
        os.utime(tmp_path / name, (number, number))
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_2.pth'))
    assert find_source(tmp_path).checkpoint.name == 'epoch_2.pth'
    shutil.copy(tmp_path / 'epoch_1.pth', tmp_path / 'best_coco_bbox_mAP_epoch_1.pth')
    assert find_source(tmp_path).checkpoint.name == 'best_coco_bbox_mAP_epoch_1.pth'


def test_without_a_config_the_one_beside_the_checkpoint_is_taken(tmp_path):
    torch.save(dict(state_dict={}), tmp_path / 'weights.pth')
    with pytest.raises(UserError, match='holds no config, and 0 configs lie beside it'):
        find_source(tmp_path / 'weights.pth')
    (tmp_path / 'mine.py').touch()
    assert find_source(tmp_path / 'weights.pth').config == tmp_path / 'mine.py'


def test_a_config_with_code_in_a_checkpoint_is_refused(tmp_path):
    text = f'__import__("pathlib").Path({str(tmp_path / "ran")!r}).touch()'
    torch.save(dict(state_dict={}, meta=dict(cfg=text)), tmp_path / 'weights.pth')
    with pytest.raises(UserError, match=r'cannot be read as plain settings .* name the config'):
        find_source(tmp_path / 'weights.pth')
    assert not (tmp_path / 'ran').exists()


def test_an_empty_folder_is_no_work_directory(tmp_path):
    with pytest.raises(UserError, match='holds no whole checkpoint'):
        find_source(tmp_path)

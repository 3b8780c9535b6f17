"""Label maps that are saved fit the ground truth of their images."""

import cv2
import pytest
import torch
from mmengine.structures import BaseDataElement, PixelData

from res2net_mm.engine import LabelMapHook
from res2net_mm.errors import UserError


def test_saved_label_maps_have_the_labels_and_places_of_the_ground_truth(tmp_path):
    class Runner:
        class test_dataloader:
            class dataset:
                data_prefix = dict(seg_map_path='set/labels')

    def sample(path):
        made = BaseDataElement(metainfo=dict(seg_map_path=path, reduce_zero_label=True))
        made.pred_sem_seg = PixelData(data=torch.tensor([[[0, 1], [2, 254]]]))
        return made

    hook = LabelMapHook(str(tmp_path))
    hook.after_test_iter(
        Runner, 0, {}, [sample('set/labels/a/1.png'), sample('set/labels/b/1.png')]
    )
    written = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob('*.png'))
    assert written == ['a/1.png', 'b/1.png']
    labels = cv2.imread(str(tmp_path / 'a/1.png'), cv2.IMREAD_UNCHANGED)
    assert labels.tolist() == [[1, 2], [3, 255]]
    hook.after_test_iter(Runner, 1, {}, [sample('elsewhere/1.png')])
    with pytest.raises(UserError, match=r'would both be .*1\.png'):
        hook.after_test_iter(Runner, 2, {}, [sample('other/1.png')])
    hook.after_test_iter(Runner, 3, {}, [sample('elsewhere/1.png')])  # again, as samplers may
    hook.after_test_iter(Runner, 4, {}, [sample('set/labels/../../../out.png')])
    assert (tmp_path / 'out.png').is_file()  # and not beside tmp_path

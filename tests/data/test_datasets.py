from mmengine.config import Config
from shipped_configs import MAIN

from res2net_mm.data.datasets import use_folder
from res2net_mm.openmmlab.data_root import require_datasets


def test_a_folder_takes_the_place_of_the_data(coco_folder, tmp_path):
    cfg = Config.fromfile(MAIN)
    cfg.work_dir = str(tmp_path)
    said = use_folder(cfg, coco_folder)
    assert cfg.model.roi_head.bbox_head.num_classes == 5
    assert 'train' in said
    assert 'num_classes' in said
    require_datasets(cfg, loaders=('train_dataloader', 'val_dataloader'))

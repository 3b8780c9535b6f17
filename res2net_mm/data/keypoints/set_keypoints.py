"""Points a config of an MMPose pose estimator at a recognised folder of people with keypoints."""

from mmengine.config import Config

from res2net_mm.data.detection.box_folder import Split
from res2net_mm.data.keypoints.keypoint_check import COUNT
from res2net_mm.data.keypoints.keypoint_folder import KeypointFolder
from res2net_mm.data.set_splits import Settings, copied_settings, set_splits
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.edit import (
    POSE_ESTIMATOR,
    leaf_datasets,
    model_kind,
    replace_dataset,
    type_name,
    walk,
)

METRICS = ('KeypointMetric', 'CocoMetric')
#: What heads call the number of keypoints that they predict.
COUNTS = ('out_channels', 'num_joints', 'num_keypoints')


def set_keypoints(cfg: Config, folder: KeypointFolder) -> list[str]:
    """Point every dataset and evaluator of a config at a folder.

    Datasets become MMPose's CocoDataset inside the wrappers they have, a ConcatDataset one dataset.
    People are looked for in their annotated boxes: a file of detected boxes belongs to other images
    and goes. Evaluators other than KeypointMetric and CocoMetric go; KeypointMetric comes where
    none is left.

    Args:
        cfg: A loaded config. It is changed in place, or not at all if an error is raised.
        folder: Result of ``recognise_keypoints``.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: The config trains no pose estimator, or one of other keypoints.
    """
    if model_kind(cfg) != POSE_ESTIMATOR or cfg.get('train_dataloader') is None:
        raise UserError(
            'the config has no pose estimator or no train_dataloader: it trains no pose estimator.'
        )
    settings = copied_settings(cfg)
    for part in walk(settings['model'].get('head')):
        for key in COUNTS:
            if type_name(part).endswith('Head') and part.get(key) not in (None, COUNT):
                raise UserError(
                    f'the head {type_name(part)} predicts {key}={part[key]} keypoints, and the '
                    f"people of {folder.root} have COCO's {COUNT}: choose a config for COCO"
                )
    dropped: list[str] = []

    def dataset(given: Settings, split: Split) -> Settings:
        leaf = next(leaf_datasets(given))
        if boxes := leaf.get('bbox_file'):
            dropped.append(f'{split.name}_dataloader: annotated boxes in place of {boxes}')
        new = dict(
            type='mmpose.CocoDataset',
            data_mode=leaf.get('data_mode', 'topdown'),
            data_root=str(folder.root),
            ann_file=str(split.ann_file),
            data_prefix=dict(img=str(split.image_dir)),
        )
        return replace_dataset(given, new)

    def metrics(entries: list[Settings], split: Split) -> tuple[list[Settings], str]:
        kept = [entry for entry in entries if type_name(entry) in METRICS]
        kept = kept or [dict(type='res2net_mm.KeypointMetric')]
        for entry in kept:
            entry['ann_file'] = str(split.ann_file)
        return kept, f'{", ".join(map(type_name, kept))} on {split.ann_file}'

    said = set_splits(
        cfg,
        settings,
        folder,
        dataset=dataset,
        metrics=metrics,
        listed=lambda split: split.ann_file,
    )
    return [*said, *dropped]

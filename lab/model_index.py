"""The index of the shipped configs in the form mim and MMEngine read, drawn from the configs.

Two files beside the configs: ``model-index.yml``, which MMEngine opens first when a config says
``_base_ = 'res2net_mm::...'``, and ``metafile.yml`` with an entry per config: its backbone's preset
and figures, its schedule, the published result its first line names and the weights its second.
"""

import argparse
import re
from pathlib import Path

import yaml
from mmengine.config import Config

import res2net_mm
from res2net_mm.errors import exit_on_user_error
from res2net_mm.presets import find
from res2net_mm.whole_file import whole_file

INDEX_DIR = Path(res2net_mm.__file__).parent / '.mim'
HEAD = '# Written by lab/model_index.py from the configs and presets; do not edit.\n'
PAPER = dict(
    URL='https://arxiv.org/abs/1904.01169',
    Title='Res2Net: A New Multi-scale Backbone Architecture',
)
TASKS = {
    'box AP': 'Object Detection',
    'VOC mAP': 'Object Detection',
    'mask AP': 'Instance Segmentation',
    'PQ': 'Panoptic Segmentation',
    'mIoU': 'Semantic Segmentation',
    'maxF': 'Salient Object Detection',
    'MAE': 'Salient Object Detection',
    'top-1 error': 'Image Classification',
    'top-5 error': 'Image Classification',
    'keypoint AP': 'Keypoint Detection',
}
DATASETS = {
    'voc07': 'PASCAL VOC 2007',
    'voc0712': 'PASCAL VOC 2007+2012',
    'voc12aug': 'PASCAL VOC 2012 + Aug',
    'cityscapes': 'Cityscapes',
    'ade20k': 'ADE20K',
    'msrab': 'MSRA-B',
    'duts': 'DUTS-TR',
    'imagenet': 'ImageNet-1k',
    'cifar100': 'CIFAR-100',
    'demo': 'the demo set of this package',
}
PUBLISHED = re.compile(r'# Published: (.+?) \((.+)\)\.$')
RESULT = re.compile(rf'({"|".join(TASKS)}) ([\d.]+)')
TESTED_ON = re.compile(r' on ([\w-]+)$')  # where that is another set than the training's
WEIGHTS = re.compile(r'# Weights: (\S+)$')


def model_index() -> dict[str, str]:
    """Return the text of each index file by its name."""
    models = [_entry(path) for path in sorted((INDEX_DIR / 'configs').glob('*.py'))]
    collection = dict(Name='Res2Net', Metadata=dict(Architecture=['Res2Net']), Paper=PAPER)
    metafile = dict(Collections=[collection], Models=models)
    return {
        'model-index.yml': HEAD + _yaml(dict(Import=['metafile.yml'])),
        'metafile.yml': HEAD + _yaml(metafile),
    }


def write_model_index() -> list[Path]:
    """Write the index files and return their paths."""
    texts = model_index()
    for name, text in texts.items():
        with whole_file(INDEX_DIR / name) as partial:
            partial.write_text(text)
    return [INDEX_DIR / name for name in texts]


def _entry(path: Path) -> dict:
    """Return what is known of one config."""
    cfg = Config.fromfile(path)
    lines = path.read_text().splitlines()
    dataset = DATASETS.get(path.stem.rsplit('_', 1)[-1], 'COCO')
    metadata = {'Training Data': dataset, **_length(cfg), **_backbone(cfg)}
    entry = {
        'Name': path.stem,
        'In Collection': 'Res2Net',
        'Config': f'configs/{path.name}',
        'Metadata': metadata,
    }
    if published := PUBLISHED.match(lines[0]):
        metadata['Results From'] = published[2]
        tested = TESTED_ON.search(published[1])
        of = tested[1] if tested else dataset
        entry['Results'] = [
            dict(Task=TASKS[metric], Dataset=of, Metrics={metric: float(value)})
            for metric, value in RESULT.findall(published[1])
        ]
    if weights := WEIGHTS.match(lines[1]):
        entry['Weights'] = weights[1]
    return entry


def _length(cfg: Config) -> dict[str, int]:
    loop = cfg.train_cfg
    return {'Iterations': loop.max_iters} if 'max_iters' in loop else {'Epochs': loop.max_epochs}


def _backbone(cfg: Config) -> dict:
    backbone = cfg.model.backbone
    if 'preset' not in backbone:
        form = backbone.get('depth') or backbone.get('arch')
        name = backbone.type.rsplit('.', 1)[-1]
        return {'Architecture': [f'{name}-{form}' if form else name]}
    preset = find(backbone.preset)
    figures = {'Backbone Parameters (M)': preset.params, 'Backbone GMACs (224 px)': preset.gmacs}
    known = {name: value for name, value in figures.items() if value is not None}
    return {'Architecture': [preset.name], **known}


def _yaml(content: dict) -> str:
    return yaml.safe_dump(content, sort_keys=False, width=100)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    with exit_on_user_error(debug=args.debug):
        print('\n'.join(map(str, write_model_index())))


if __name__ == '__main__':
    main()

"""The fields of a training recipe, read from a config as it is loaded."""

from collections.abc import Callable, Mapping
from typing import Any

from mmengine.config import Config

from res2net_mm.openmmlab.edit import look_up, type_name, walk
from res2net_mm.presets import find


def recipe_fields(cfg: Config) -> dict[str, Any]:
    """Return what a config says of each field of a recipe; None where it has no such thing."""
    settings = cfg.to_dict()
    return {name: read(settings) for name, read in _FIELDS.items()}


def _at(path: str, default: Any = None) -> Callable[[Any], Any]:
    keys = tuple(int(key) if key.isdigit() else key for key in path.split('.'))
    return lambda cfg: look_up(cfg, keys, default)


def _backbone(key: str, default: Any = None) -> Callable[[Any], Any]:
    return _at(f'model.backbone.{key}', default)


def _schedule(key: str, *kinds: str) -> Callable[[Any], Any]:
    """Return what the schedule of one of these types has as ``key``."""
    return lambda cfg: next(
        (
            _whole(part[key])
            for part in walk(cfg.get('param_scheduler') or {})  # one or a list of them
            if type_name(part) in kinds and key in part
        ),
        None,
    )


def _transform(key: str, *kinds: str, of: str = 'train_dataloader') -> Callable[[Any], Any]:
    """Return what the first transform of one of these types, in a data loader, has as ``key``."""
    return lambda cfg: next(
        (
            _whole(part[key])
            for part in walk(cfg.get(of) or {})
            if type_name(part) in kinds and key in part
        ),
        None,
    )


def _has(kind: str) -> Callable[[Any], Any]:
    return lambda cfg: any(type_name(part) == kind for part in walk(cfg.get('train_dataloader')))


def _preprocessor(key: str) -> Callable[[Any], Any]:
    def read(cfg: Any) -> Any:
        own = look_up(cfg, ('model', 'data_preprocessor')) or cfg.get('data_preprocessor') or {}
        return _whole(own.get(key))

    return read


def _whole(value: Any) -> Any:
    """Return a list as a tuple, at any depth, as recipes are written."""
    return tuple(map(_whole, value)) if isinstance(value, list | tuple) else value


def _loss(part: str) -> Callable[[Any], Any]:
    def read(cfg: Any) -> Any:
        head = look_up(cfg, ('model', *part.split('.'))) or {}
        heads = head if isinstance(head, list) else [head]
        return next((type_name(h['loss_bbox']) for h in heads if 'loss_bbox' in h), None)

    return read


def _sampling(cfg: Any) -> Any:
    found = look_up(cfg, ('model', 'roi_head', 'bbox_roi_extractor')) or {}
    first = found[0] if isinstance(found, list) else found
    return look_up(first, ('roi_layer', 'sampling_ratio'))


def _stride_in(cfg: Any) -> str:
    return '1x1' if _backbone('style', 'pytorch')(cfg) == 'caffe' else '3x3'


def _output_stride(cfg: Any) -> int | None:
    strides = _backbone('strides', (1, 2, 2, 2))(cfg)
    total = 4
    for stride in strides:
        total *= stride
    return total


def _start_weights(cfg: Any) -> str | None:
    start = _backbone('init_cfg.checkpoint')(cfg) or look_up(cfg, ('model', 'pretrained'))
    return start and start.removeprefix('res2net://').removeprefix('torchvision://')


def _block_rule(cfg: Any) -> str | None:
    preset = _backbone('preset')(cfg)
    return _backbone('block_rule')(cfg) or (find(preset).block_rule if preset else None)


def _zero_init(cfg: Any) -> bool:
    own = str(_backbone('type', '')(cfg)).startswith('res2net_mm.')
    return bool(_backbone('zero_init_residual', not own)(cfg))  # the toolboxes' ResNet does


def _flip(cfg: Any) -> Any:
    given = _transform('prob', 'RandomFlip')(cfg)
    of_pose = _transform('direction', 'RandomFlip')(cfg) is not None
    return 0.5 if given is None and of_pose else given  # MMPose's default


def _deconvolutions(cfg: Any) -> tuple[int, ...] | None:
    head = look_up(cfg, ('model', 'head')) or {}
    widths = head.get('deconv_out_channels', (256, 256, 256))  # MMPose's default
    return _whole(widths) if type_name(head) == 'HeatmapHead' else None


def _decayed(cfg: Any) -> Any:
    given = look_up(cfg, ('optim_wrapper', 'paramwise_cfg')) or {}
    return not {'norm_decay_mult', 'bias_decay_mult', 'custom_keys'} & given.keys()


def _batch(cfg: Any) -> int | None:
    """Return the images per step that the learning rate is for."""
    scaled = look_up(cfg, ('auto_scale_lr', 'base_batch_size'))
    return scaled or look_up(cfg, ('train_dataloader', 'batch_size'))


_FIELDS: Mapping[str, Callable[[Any], Any]] = {
    'optimizer': _at('optim_wrapper.optimizer.type'),
    'learning rate': _at('optim_wrapper.optimizer.lr'),
    'momentum': _at('optim_wrapper.optimizer.momentum'),
    'nesterov': _at('optim_wrapper.optimizer.nesterov', False),
    'weight decay': _at('optim_wrapper.optimizer.weight_decay', 0),
    'weight decay on all parameters': _decayed,
    'bias learning rate': _at('optim_wrapper.paramwise_cfg.bias_lr_mult', 1),
    'bias weight decay': _at('optim_wrapper.paramwise_cfg.bias_decay_mult', 1),
    'batch size': _batch,
    'images per GPU': _at('train_dataloader.batch_size'),
    'accumulated steps': _at('optim_wrapper.accumulative_counts', 1),
    'gradient clip': _at('optim_wrapper.clip_grad.max_norm'),
    'epochs': _at('train_cfg.max_epochs'),
    'iterations': _at('train_cfg.max_iters'),
    'steps': _schedule('milestones', 'MultiStepLR'),
    'step factor': _schedule('gamma', 'MultiStepLR'),
    'poly power': _schedule('power', 'PolyLR'),
    'poly minimum': _schedule('eta_min', 'PolyLR'),
    'warm-up iterations': _schedule('end', 'LinearLR'),
    'warm-up factor': _schedule('start_factor', 'LinearLR'),
    'image scale': _transform('scale', 'Resize', 'RandomResize', 'RandomChoiceResize'),
    'scale range': _transform('ratio_range', 'RandomResize'),
    'crop': _transform('crop_size', 'RandomCrop'),
    'crop padding': _transform('padding', 'RandomCrop'),
    'random resized crop': _transform('scale', 'RandomResizedCrop'),
    'test resize': _transform('scale', 'ResizeEdge', of='test_dataloader'),
    'test crop': _transform('crop_size', 'CenterCrop', of='test_dataloader'),
    'flip': _flip,
    'colour distortion': _has('PhotoMetricDistortion'),
    'mean': _preprocessor('mean'),
    'std': _preprocessor('std'),
    'RGB': lambda cfg: bool(_preprocessor('bgr_to_rgb')(cfg) or _preprocessor('to_rgb')(cfg)),
    'size divisor': _preprocessor('pad_size_divisor'),
    'frozen stages': _backbone('frozen_stages', -1),
    'held statistics': _backbone('norm_eval', False),
    'trained norms': _backbone('norm_cfg.requires_grad', True),
    'stride in': _stride_in,
    'block rule': _block_rule,
    'start weights': _start_weights,
    'output stride': _output_stride,
    'dilations': lambda cfg: _whole(_backbone('dilations', (1, 1, 1, 1))(cfg)),
    'ASPP dilations': lambda cfg: _whole(_at('model.decode_head.dilations')(cfg)),
    'zero-initialised last norms': _zero_init,
    'semantic loss weight': _at('model.semantic_head.loss_seg.loss_weight'),
    'box loss': _loss('roi_head.bbox_head'),
    'RPN box loss': _loss('rpn_head'),
    'RoI sampling': _sampling,
    'input size': _transform('input_size', 'TopdownAffine'),
    'heatmap size': lambda cfg: _whole(_at('model.head.decoder.heatmap_size')(cfg)),
    'heatmap sigma': _at('model.head.decoder.sigma'),
    'deconvolutions': _deconvolutions,
    'scale factor': _transform('scale_factor', 'RandomBBoxTransform'),
    'rotation': _transform('rotate_factor', 'RandomBBoxTransform'),
    'rotation probability': _transform('rotate_prob', 'RandomBBoxTransform'),
    'target weight': _at('model.head.loss.use_target_weight'),
    'flipped at test': _at('model.test_cfg.flip_test'),
    'shifted heatmap': _at('model.test_cfg.shift_heatmap'),
    'OKS-NMS threshold': _at('test_evaluator.nms_thr'),
    'keypoint score threshold': _at('test_evaluator.keypoint_score_thr'),
    'label smoothing': _at('model.head.loss.label_smooth_val', 0),
}

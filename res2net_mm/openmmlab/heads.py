"""Set the classes in every head of a model's config."""

from collections.abc import Iterator, Mapping
from typing import Any

from res2net_mm.errors import UserError

from .edit import dotted, type_name, walk, walk_paths

# Parts whose classes are not those of the boxes: features, and labels of each pixel.
OTHER_CLASSES = ('backbone', 'neck', 'data_preprocessor', 'rpn_head', 'semantic_head')
SEGMENTATION_HEADS = ('decode_head', 'auxiliary_head')
# Two parts of mmseg have another name for ignore_index; other heads and losses are given it by
# their head.
IGNORE_INDEX_NAMES = {'KernelUpdateHead': 'ignore_label', 'OhemCrossEntropy': 'ignore_label'}


def set_class_count(model: dict[str, Any], count: int) -> list[str]:
    """Set ``num_classes`` in every head of a model, however deep, in place.

    ``num_things_classes`` of the MaskFormer family is set as well. Equal class weights are
    repeated for the new number of classes; unequal ones are removed, since they belong to the
    original classes. A region proposal network tells objects from background only and stays.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: The model has no head with a number of classes.
    """
    changes: list[str] = []
    counts = list(_counts(model))
    for path, part, key in counts:
        if part[key] != count:
            changes.append(f'{path}.{key}: {part[key]} -> {count}')
            _resize_weights(part, path, part[key], count, changes)
            part[key] = count
    if not counts and model.get('bbox_head') is None and model.get('rpn_head') is None:
        raise UserError(
            'no head with num_classes was found in the model: is it a detector of MMDetection?'
        )
    return changes


def class_counts(model: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of classes in every head of a model, by its place in the config."""
    return {f'{path}.{key}': part[key] for path, part, key in _counts(model)}


def set_segmentation_heads(model: dict[str, Any], count: int, ignored: int) -> list[str]:
    """Set the number of classes and the ignored label of a segmenter's heads, in place.

    The ignored label is neither trained on nor counted; padding gets it, too.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: A loss has class weights that do not fit the number of classes.
    """
    for part in walk([model.get(name) or () for name in SEGMENTATION_HEADS]):
        if part.get('out_channels') in (1, part.get('num_classes')) and 'num_classes' in part:
            part['out_channels'] = count  # one score per class; elsewhere it counts features
    heads = {name: model[name] for name in SEGMENTATION_HEADS if model.get(name)}
    changes = set_class_count(heads, count)
    for name, head in heads.items():
        for part in walk(head):
            kind, weights = type_name(part), part.get('class_weight')
            if isinstance(weights, list | tuple) and len(weights) not in (count, count + 1):
                raise UserError(
                    f'{name} weighs {len(weights)} classes in its {kind}, and the folder has '
                    f'{count}: set class_weight for them in the config, or take it out'
                )
            if kind in IGNORE_INDEX_NAMES:
                part[IGNORE_INDEX_NAMES[kind]] = ignored
            elif 'num_classes' in part and kind.endswith('Head'):
                if part.get('ignore_index', 255) != ignored:
                    changes.append(f'{name} ({kind}): ignore_index -> {ignored}')
                part['ignore_index'] = ignored
    if model.get('data_preprocessor'):
        model['data_preprocessor']['seg_pad_val'] = ignored
    return changes


def _counts(model: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the path of each head of a model, its settings, and the key of its class count."""
    for path, part in walk_paths(model, ('model',), skip=lambda key: key in OTHER_CLASSES):
        for key in ('num_classes', 'num_things_classes'):
            count, place = part.get(key), dotted(path)
            if count is None:
                continue
            if not isinstance(count, int) or isinstance(count, bool) or count < 1:
                raise UserError(f'{place}.{key}={count!r} must be a whole number of 1 or more')
            yield place, part, key


def _resize_weights(
    head: dict[str, Any], path: str, old: int, count: int, changes: list[str]
) -> None:
    """Resize the class weights of a head's losses: one per class, and perhaps background."""
    for key, value in head.items():
        for loss in value if isinstance(value, list | tuple) else [value]:
            weights = loss.get('class_weight') if isinstance(loss, dict) else None
            if not isinstance(weights, list | tuple) or len(weights) not in (old, old + 1):
                continue
            if len(set(weights[:old])) > 1:
                del loss['class_weight']
                changes.append(
                    f'{path}.{key}.class_weight: taken out, it weighs the {old} classes of the '
                    'config differently'
                )
            else:
                loss['class_weight'] = [weights[0]] * count + list(weights[old:])

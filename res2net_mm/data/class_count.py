"""Sets the number of classes in every head of a detector's config."""

from collections.abc import Mapping

from res2net_mm.errors import UserError

# Parts whose classes are not those of the boxes: features, and labels of each pixel.
OTHER_CLASSES = ('backbone', 'neck', 'data_preprocessor', 'rpn_head', 'semantic_head')


def set_class_count(model, count: int) -> list[str]:
    """Sets ``num_classes`` in every head of ``model``, however deep, in place.

    ``num_things_classes`` of the MaskFormer family is set with it. A list of class weights grows or
    shrinks with it where it weighs the classes alike, and goes where it does not: what it says of
    some classes says nothing of others. A region proposal network knows only object or not and
    stays.

    Args:
        model: the ``model`` of a config: nested mappings and lists.
        count: number of classes, without background.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: the model has no head to set.
    """
    changes: list[str] = []
    found = _set(model, 'model', count, changes)
    if not found and model.get('bbox_head') is None and model.get('rpn_head') is None:
        raise UserError(
            'no head with num_classes was found in the model: is it a detector of MMDetection?'
        )
    return changes


def _set(part, path: str, count: int, changes: list[str]) -> int:
    """Sets the count in ``part`` and below; returns how many there were."""
    if isinstance(part, (list, tuple)):
        return sum(_set(item, f'{path}[{i}]', count, changes) for i, item in enumerate(part))
    if not isinstance(part, Mapping):
        return 0
    found = 0
    for key in ('num_classes', 'num_things_classes'):
        if isinstance(part.get(key), int):
            found += 1
            if part[key] != count:
                changes.append(f'{path}.{key}: {part[key]} -> {count}')
                _resize_weights(part, path, part[key], count, changes)
                part[key] = count
    below = [(key, value) for key, value in part.items() if key not in OTHER_CLASSES]
    return found + sum(_set(value, f'{path}.{key}', count, changes) for key, value in below)


def _resize_weights(head, path: str, old: int, count: int, changes: list[str]) -> None:
    """Resizes the class weights of the head's losses: one for each class, perhaps background."""
    for key, value in head.items():
        for loss in value if isinstance(value, (list, tuple)) else [value]:
            weights = loss.get('class_weight') if isinstance(loss, Mapping) else None
            if not isinstance(weights, (list, tuple)) or len(weights) not in (old, old + 1):
                continue
            if len(set(weights[:old])) > 1:
                del loss['class_weight']
                changes.append(
                    f'{path}.{key}.class_weight: taken out, it weighs the {old} classes of the '
                    'config differently'
                )
            else:
                loss['class_weight'] = [weights[0]] * count + list(weights[old:])

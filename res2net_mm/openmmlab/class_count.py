"""Sets the number of classes in every head of a detector's config."""

from collections.abc import Iterator, Mapping

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
    counts = list(_counts(model, 'model'))
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


def class_counts(model) -> dict[str, int]:
    """The number of classes in every head of ``model``, by where it stands."""
    return {f'{path}.{key}': part[key] for path, part, key in _counts(model, 'model')}


def _counts(part, path: str) -> Iterator[tuple[str, Mapping, str]]:
    """Yields the heads in ``part`` and below: path, settings and key of the count."""
    if isinstance(part, (list, tuple)):
        for i, item in enumerate(part):
            yield from _counts(item, f'{path}[{i}]')
    elif isinstance(part, Mapping):
        for key in ('num_classes', 'num_things_classes'):
            count = part.get(key)
            if count is None:
                continue
            if not isinstance(count, int) or isinstance(count, bool) or count < 1:
                raise UserError(f'{path}.{key}={count!r} must be a whole number of 1 or more.')
            yield path, part, key
        for key, value in part.items():
            if key not in OTHER_CLASSES:
                yield from _counts(value, f'{path}.{key}')


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

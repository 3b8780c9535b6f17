"""Sets the classes and the ignored label in every head of a segmenter's config."""

from collections.abc import Mapping

from res2net_mm.errors import UserError

from .class_count import set_class_count
from .edit import kind, walk

HEADS = ('decode_head', 'auxiliary_head')
# Two parts of mmseg call it otherwise; all other heads and losses hear it from their head.
OTHER_NAMES = {'KernelUpdateHead': 'ignore_label', 'OhemCrossEntropy': 'ignore_label'}


def set_segmentation_heads(model, count: int, ignored: int) -> list[str]:
    """Sets number of classes and ignored label wherever ``model`` has them, in place.

    Args:
        model: the ``model`` of a config.
        count: number of classes.
        ignored: label that is neither trained on nor counted. Padding is given it, too.

    Returns:
        What was changed, one line each.

    Raises:
        UserError: the model has weights of its classes that do not fit the new ones.
    """
    for part in walk([model.get(name) or () for name in HEADS]):
        if part.get('out_channels') in (1, part.get('num_classes')) and 'num_classes' in part:
            part['out_channels'] = count  # scores of the classes; elsewhere it is of features
    changes = set_class_count({name: model[name] for name in HEADS if model.get(name)}, count)
    for name in HEADS:
        for part in walk(model.get(name) or ()):
            _check_weights(part, name, count)
            if kind(part) in OTHER_NAMES:
                part[OTHER_NAMES[kind(part)]] = ignored
            elif 'num_classes' in part and kind(part).endswith('Head'):
                if part.get('ignore_index', 255) != ignored:
                    changes.append(f'{name} ({kind(part)}): ignore_index -> {ignored}')
                part['ignore_index'] = ignored
    if model.get('data_preprocessor'):
        model['data_preprocessor']['seg_pad_val'] = ignored
    return changes


def _check_weights(loss: Mapping, name: str, count: int) -> None:
    weights = loss.get('class_weight')
    if isinstance(weights, (list, tuple)) and len(weights) not in (count, count + 1):
        raise UserError(
            f'{name} weighs {len(weights)} classes in its {kind(loss)}, and the folder has '
            f'{count}: set class_weight for them in the config, or take it out.'
        )

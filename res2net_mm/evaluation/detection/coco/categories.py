"""Which COCO category a predicted label means."""

from collections.abc import Sequence

from res2net_mm.errors import UserError
from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth


def categories_of_labels(
    ground_truth: GroundTruth, classes: Sequence[str], file: str
) -> tuple[list[int], str | None]:
    """COCO category id of each label of a dataset with these classes.

    MMDetection's CocoDataset numbers the labels in the order of the annotation file, whatever the
    order of the classes in its metainfo; so does this, and says so where the two differ.

    Args:
        ground_truth: Of the annotation file.
        classes: Class names from the dataset's metainfo.
        file: What to call the annotation file in a message.

    Returns:
        The category ids, and a warning or None.

    Raises:
        UserError: If a class is not in the file or a name is not unique.
    """
    categories = ground_truth.categories
    names = [category['name'] for category in categories if category['name'] in classes]
    missing = [name for name in classes if name not in names]
    if missing:
        raise UserError(
            f'{file} has no category {_listed(missing)}; it has '
            f'{_listed(category["name"] for category in categories)}: set metainfo=dict(classes='
            '...) of the dataset to names of the file'
        )
    twice = {name for listed in (names, list(classes)) for name in listed if listed.count(name) > 1}
    if twice:
        raise UserError(
            f'class names must be unique to be told apart: {_listed(sorted(twice))} occurs more '
            f'than once in {file} or in the dataset metainfo'
        )
    note = None
    if names != list(classes):
        note = (
            f'the classes of the dataset are {_listed(classes)} but {file} lists them as '
            f'{_listed(names)}; labels follow the file, as in CocoDataset'
        )
    return [category['id'] for category in categories if category['name'] in classes], note


def _listed(names) -> str:
    return ', '.join(map(repr, names))

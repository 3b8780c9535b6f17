"""Finds the images that label maps belong to."""

from collections.abc import Sequence
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import first_few
from res2net_mm.formats.label_map_pairs import match_names
from res2net_mm.formats.label_maps import IMAGE_SUFFIXES


def find_images(names: Sequence[str], folder: Path) -> list[Path | None]:
    """The image of each label map below a folder, matched as ``pair_label_maps`` does.

    Args:
        names: of the label maps, or of the images as they were called elsewhere.
        folder: where the images are.

    Raises:
        UserError: none of the images has the name of a label map.
    """
    images = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob('*'))
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith('.')
    }
    found = match_names(names, images, folder, folder)
    if found is None:
        raise UserError(
            f'none of the {len(images)} images in {folder} ({", ".join(first_few(images))}) has '
            f'the name of a label map ({", ".join(first_few(names))})'
        )
    return [images.get(found[name]) for name in names]

"""Folders of images and label maps that a YAML file beside them names by split."""

import os
from collections.abc import Mapping
from pathlib import Path

from res2net_mm.errors import UserError
from res2net_mm.formats.label_maps.class_table import read_yaml
from res2net_mm.formats.label_maps.tree import IMAGE, MAP, Place
from res2net_mm.formats.splits import split_named

IMAGE_KEYS, MAP_KEYS = ('images', 'img_dir'), ('masks', 'labels', 'annotations', 'ann_dir')


def described_places(root: Path) -> list[tuple[Path, Place]] | None:
    """Return the folders that a description names, None where there is no description.

    It is a YAML file in the folder that maps splits to their ``images`` and ``masks``, which may
    lie beside the folder.

    Raises:
        UserError: A folder that it names is not there.
    """
    for file in sorted([*root.glob('*.yaml'), *root.glob('*.yml')]):
        try:
            content = read_yaml(file)
        except UserError:  # the reader of class tables or of another layout says so
            continue
        places: list[tuple[Path, Place]] = []
        for key, value in content.items() if isinstance(content, Mapping) else ():
            split = split_named(str(key))
            if split is None or not isinstance(value, Mapping):
                continue
            image_key, map_key = (
                next((k for k in keys if isinstance(value.get(k), str)), None)
                for keys in (IMAGE_KEYS, MAP_KEYS)
            )
            if image_key is None or map_key is None:
                continue
            for role, name in ((IMAGE, value[image_key]), (MAP, value[map_key])):
                folder = Path(os.path.normpath(root / name))
                if not folder.is_dir():
                    raise UserError(f'{file} names the folder {name} of {key}, which is not there.')
                places.append((folder, Place(role, split, '', 'masks' * (role == MAP))))
        if places:
            return places
    return None

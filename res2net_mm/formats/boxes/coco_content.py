"""The content of a COCO file: whether it is one, and numbers where a tool has written texts."""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from res2net_mm.errors import UserError
from res2net_mm.formats.findings import NOTE, Findings
from res2net_mm.formats.finite_numbers import finite

LISTS = ('images', 'annotations', 'categories')
ID_KEYS = ('id', 'image_id', 'category_id')

Entry = dict[str, Any]


def is_coco(file: Path, content: Any) -> bool:
    """Return whether the content of a JSON file is COCO's.

    Raises:
        UserError: It has a list of images, but not the rest of a COCO file.
    """
    held = [
        key for key in LISTS if isinstance(content, dict) and isinstance(content.get(key), list)
    ]
    if 'images' not in held:
        return False
    if len(held) < len(LISTS):
        lacking = ', '.join(key for key in LISTS if key not in held)
        raise UserError(f'{file} is not a COCO annotation file: it has no list {lacking}.')
    for key in LISTS:
        entries = content[key]
        if {*map(type, entries)} <= {dict} and not any(
            {type(entry.get(id_key)) for entry in entries} & {dict, list} for id_key in ID_KEYS
        ):
            continue
        for index, entry in enumerate(entries):
            ids = [entry.get(k) for k in ID_KEYS] if isinstance(entry, dict) else [entry]
            if any(isinstance(value, dict | list) for value in ids) or not isinstance(entry, dict):
                raise UserError(f'{file}: {key}[{index}] is not an entry of COCO: {entry!r:.80}.')
    return True


def coco_content(file: Path, content: Any, findings: Findings) -> Entry | None:
    """Return the content of a COCO file, mended where a tool has written it otherwise.

    A file without the key ``annotations`` has no boxes, as those of COCO's test sets. Ids of
    categories, ids of images and numbers of boxes may be texts.

    Args:
        file: Path of the file, for messages.
        content: Parsed content of the file; not changed.
        findings: Receives a note for each kind of repair.

    Returns:
        The content itself where nothing was to be mended; None if it is not COCO's.

    Raises:
        UserError: It has a list of images, but not the rest of a COCO file.
    """
    if isinstance(content, dict) and 'annotations' not in content:
        content = {**content, 'annotations': []}
    if not is_coco(file, content):
        return None
    for mend in (_categories_by_number, _images_by_their_ids, _boxes_of_numbers):
        content = mend(file, content, findings)
    return content


def _categories_by_number(file: Path, content: Entry, findings: Findings) -> Entry:
    """Give the categories numbers where their ids are texts."""
    listed, found = content['categories'], content['annotations']
    ids = [entry.get('id') for entry in listed]
    if not _has_text(ids) and not _has_text(entry.get('category_id') for entry in found):
        return content
    texts = [str(value) for value in ids]
    are_numbers = all(text.isdecimal() for text in texts)
    number = {text: int(text) if are_numbers else i for i, text in enumerate(texts, start=1)}
    changed = _changed(found, 'category_id', lambda value: number.get(str(value), str(value)))
    what = 'boxes whose category id or its category is a text, matched as numbers'
    findings.add(NOTE, file, what, count=len(found) or None)
    categories = [{**entry, 'id': number[text]} for entry, text in zip(listed, texts, strict=True)]
    return {**content, 'categories': categories, 'annotations': changed}


def _images_by_their_ids(file: Path, content: Entry, findings: Findings) -> Entry:
    """Give boxes the ids of their images where one is a text and the other a number."""
    ids = {str(image.get('id')): image.get('id') for image in content['images']}
    found = content['annotations']
    is_text = _has_text(ids.values())
    if is_text == _has_text(entry.get('image_id') for entry in found) or not found:
        return content
    changed = _changed(found, 'image_id', lambda value: ids.get(str(value), value))
    what = 'boxes that name their image by a number where its id is a text, or the other way round'
    findings.add(NOTE, file, what, count=len(found))
    return {**content, 'annotations': changed}


def _boxes_of_numbers(file: Path, content: Entry, findings: Findings) -> Entry:
    """Turn boxes and areas that are texts into numbers; what is none stays for the check."""
    found = content['annotations']
    boxes = [entry.get('bbox') for entry in found]
    numbers = chain.from_iterable(box for box in boxes if isinstance(box, list))
    if not any(map(_has_text, (boxes, numbers, (entry.get('area') for entry in found)))):
        return content
    entries, count = [], 0
    for entry in found:
        written = [key for key in ('bbox', 'area') if _is_written(entry.get(key))]
        if not written:
            entries.append(entry)
            continue
        values = {key: _numbers(entry[key]) for key in written}
        entries.append({**entry, **values})
        count += any(values[key] is not entry[key] for key in written)
    findings.add(NOTE, file, 'boxes that are texts, read as numbers', count=count or None)
    return {**content, 'annotations': entries} if count else content


def _is_written(value: Any) -> bool:
    """Return whether a value, or one of a list, is a text."""
    return isinstance(value, str) or (isinstance(value, list) and str in map(type, value))


def _numbers(value: Any) -> Any:
    """Return the numbers in a text or a list of texts; the value itself where one is none."""
    try:
        if isinstance(value, list):
            return [finite(part) for part in value]
        read = json.loads(value)
    except (TypeError, ValueError):
        return value
    return read if isinstance(read, int | float | list) else value


def _has_text(values: Iterable[Any]) -> bool:
    return str in {*map(type, values)}


def _changed(
    entries: Iterable[Mapping[str, Any]], key: str, change: Callable[[Any], Any]
) -> list[Entry]:
    return [{**entry, key: change(entry[key])} if key in entry else {**entry} for entry in entries]

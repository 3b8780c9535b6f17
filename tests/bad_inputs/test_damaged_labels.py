"""Label files of every layout, damaged at random: read, named or refused, and never a crash."""

import contextlib
import json
import random

import pytest
import tool_folders
from folders import write_coco, write_yolo

from res2net_mm.errors import UserError
from res2net_mm.formats import BOXES, Findings, read_folder

WRITERS = {'write_coco': write_coco, 'write_yolo': write_yolo}
WRITERS |= {name: write for name, write in vars(tool_folders).items() if name.startswith('write_')}
for helper in ('write_image', 'write_images', 'write_json', 'write_text'):
    del WRITERS[helper]
VALUES = [None, True, -1, 1e400, 1.5, 'x', '', [], {}, [1], {'a': 1}, '1', 10**400, '../..', 'nan']
TEXTS = ['', 'x', '1e400', ',', '"', '<a>', '\n', 'nan', '-', 'é']
SUFFIXES = ('.json', '.csv', '.xml', '.txt')


def places(content, place=()):
    """Where something can be changed in the content of a JSON file."""
    if isinstance(content, list):
        content = dict(enumerate(content))
    for key, value in content.items() if isinstance(content, dict) else ():
        yield (*place, key)
        yield from places(value, (*place, key))


def damaged(text: str, draw: random.Random, *, is_json: bool) -> str:
    if not is_json or draw.random() < 0.2:
        start = draw.randrange(len(text))
        return text[:start] + draw.choice(TEXTS) + text[start + draw.randrange(12) :]
    content = json.loads(text)
    *above, key = draw.choice([*places(content)])
    part = content
    for step in above:
        part = part[step]
    if draw.random() < 0.3:
        del part[key]
    else:
        part[key] = draw.choice(VALUES)
    return json.dumps(content)


@pytest.mark.parametrize(
    'seeds', [range(25), pytest.param(range(25, 1000), marks=pytest.mark.slow)]
)
@pytest.mark.parametrize('layout', WRITERS)
def test_damaged_files_never_end_in_a_crash(layout, seeds, tmp_path):
    WRITERS[layout](tmp_path)
    files = sorted(file for file in tmp_path.rglob('*') if file.suffix in SUFFIXES)
    for seed in seeds:
        draw = random.Random(f'{layout} {seed}')
        file = draw.choice(files)
        text = file.read_text()
        file.write_text(damaged(text, draw, is_json=file.suffix == '.json'))
        for stop in (True, False):
            with contextlib.suppress(UserError):
                read_folder(tmp_path, BOXES, Findings(stop=stop))
        file.write_text(text)

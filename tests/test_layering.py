"""Imports run one way: a file imports only from rows above its own."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / 'res2net_mm'

# The rooms of the package from the ground up. A room may import from the rows above it, and from
# its own row only itself, but for the pairs of BESIDE.
ROWS = (
    ('errors', 'whole_file', 'version', 'stack', 'config_names'),
    ('registry', 'presets', 'kernels'),
    ('layers', 'checkpoints'),
    ('backbones', 'necks'),
    ('data', 'evaluation', 'swap', 'deploy', 'interpretability'),
    ('report',),  # compares what evaluations leave; what runs a model knows of it, not it of that
    ('engine', 'benchmark'),
    ('__init__',),
)
BESIDE = {('data', 'evaluation')}  # a folder's report counts boxes in the bins of the metric
ROW_OF = {room: row for row, rooms in enumerate(ROWS) for room in rooms}

# What a room may import of the toolboxes at the top of a file, beyond torch, NumPy and the like.
TOOLBOXES = {'mmdet', 'mmseg', 'mmpretrain'}
STACK_OF = {'presets': set(), 'kernels': set(), 'errors': set(), 'checkpoints': {'mmengine'}}

FILES = sorted(PACKAGE.rglob('*.py'))


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix('.py')


def imports(file: Path, *, top_level_only: bool = False) -> set[str]:
    """Full names of the modules a file imports."""
    tree = ast.parse(file.read_text())
    package = ['res2net_mm', *file.relative_to(PACKAGE).parts[:-1]]
    found = set()
    for node in tree.body if top_level_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = '.'.join(package[: len(package) - node.level + 1]) if node.level else ''
            base = '.'.join(part for part in (base, node.module) if part)
            found.add(base)
            found |= {f'{base}.{alias.name}' for alias in node.names}
    return found


@pytest.mark.parametrize('file', FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_imports_run_one_way(file):
    room = room_of(file)
    assert room in ROW_OF, f'{room} has no row: give it one in ROWS'
    for name in imports(file):
        parts = name.split('.')
        if parts[0] != 'res2net_mm' or len(parts) < 2 or parts[1] not in ROW_OF:
            continue
        other = parts[1]
        allowed = ROW_OF[other] < ROW_OF[room] or other == room or (room, other) in BESIDE
        assert allowed, f'{file.name} of {room} imports {name}, which lies above it'


@pytest.mark.parametrize('file', FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_no_toolbox_is_imported_at_the_top(file):
    tops = {name.split('.')[0] for name in imports(file, top_level_only=True)}
    assert not tops & TOOLBOXES
    allowed = STACK_OF.get(room_of(file), {'mmengine', 'mmcv'})
    assert tops & {'mmengine', 'mmcv'} <= allowed


def test_every_room_of_the_table_that_exists_is_a_room():
    assert {room_of(file) for file in FILES} <= set(ROW_OF)


# Copied away and run where nothing of this project is.
STANDS_ALONE = 'run_exported.py'


@pytest.mark.parametrize(
    'file',
    sorted(f for f in (PACKAGE.parent / 'tools').glob('*.py') if f.name != STANDS_ALONE),
    ids=lambda f: f.name,
)
def test_tools_hold_no_logic_of_their_own(file):
    """A tool parses, calls and prints: besides that it defines nothing."""
    tree = ast.parse(file.read_text())
    if 'venv' in {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for name in [node.names[0].name]
    }:
        return
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    assert defined <= {'main', 'parse_args'}

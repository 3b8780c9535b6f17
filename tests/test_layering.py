"""The table of rooms: imports run one way, rooms stay small, every module has its test."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PACKAGE = ROOT / 'res2net_mm'

# The rooms of the package from the ground up. A room imports from the rows above its own in this
# table and from itself.
ROWS = (
    ('errors', 'version', 'startup'),
    ('stack', 'tables', 'progress', 'file_kinds', 'whole_file', 'lettering'),
    ('registry', 'presets'),
    ('layers', 'checkpoints', 'formats'),
    ('acceleration',),  # takes the place of parts of layers/, which knows nothing of it
    ('backbones', 'necks', 'heads'),
    ('openmmlab',),
    ('evaluation',),
    ('data', 'swap'),
    ('report',),
    ('engine',),
    ('deploy', 'interpretability', 'doctor'),  # run models and evaluations of their own
    ('benchmark', 'prediction'),  # run networks as deploy/ prepares them
    ('apparent_size', 'reproduction'),
    ('cli',),
    ('__main__', '__init__'),
)
ROW_OF = {room: row for row, rooms in enumerate(ROWS) for room in rooms}

# What a room may import of the toolboxes at the top of a file, beyond torch, NumPy and the like.
TOOLBOXES = {'mmdet', 'mmseg', 'mmpretrain', 'mmpose'}
STACK_OF = {
    'presets': set(),
    'errors': set(),
    'formats': set(),
    'acceleration': set(),
    'checkpoints': {'mmengine'},  # reads the buffers of its logs, and writes to its log
}

LARGEST_ROOM = 15  # modules that lie in one folder, __init__ not counted
SHORTEST_MODULE = 40  # lines, below which a module joins what it serves

# Modules of under SHORTEST_MODULE lines that are an idea of their own, with the idea.
SHORT = {
    'cli/doctor.py': 'a command is a file',
    'cli/models/convert.py': 'a command is a file',
    'cli/models/demo_page.py': 'a command is a file',
    'cli/models/flops.py': 'a command is a file',
    'cli/models/presets.py': 'a command is a file',
    'cli/models/receptive_field.py': 'a command is a file',
    'cli/models/swap.py': 'a command is a file',
    'cli/results/check.py': 'a command is a file',
    'cli/results/convert_data.py': 'a command is a file',
    'data/conversion/coco_files.py': 'a layout is a file',
    'cli/runs/demo.py': 'a command is a file',
    'cli/runs/rerun.py': 'a command is a file',
    'cli/runs/test.py': 'a command is a file',
    'doctor/finding.py': 'what each check of an environment finds',
    'progress.py': 'the one progress bar',
    'startup.py': 'whether the program is a command of the package',
    'tables.py': 'the one function for aligned tables',
    'version.py': 'the one place of the version',
    'acceleration/double_backward.py': 'gradients of gradients, for three backward passes',
    'engine/processes/allocator.py': 'the memory of a process, as the C library hands it out',
    'layers/squeeze_excite.py': 'a layer of a paper of its own',
    'registry.py': 'the scope under which configs find the package',
}

# Modules without a test of their own path and name, with the reason.
WITHOUT_OWN_TEST = {
    'version.py': 'a constant',
    'deploy/export/onnx_operators.py': 'test_checked_writing.py runs them',
    'evaluation/by_size_metric.py': 'test_size_metric.py, test_region_size_metric.py: both metrics',
    'evaluation/detection/voc_results.py': 'test_evaluate_files.py reads such files',
    'evaluation/result.py': 'test_size_result.py and test_region_result.py show both results',
    'report/page/parts.py': 'data that page/test_writing.py writes and reads again',
}

FILES = sorted(PACKAGE.rglob('*.py'))
MODULES = [file for file in FILES if file.name not in ('__init__.py', '__main__.py')]


def name_of(file: Path) -> str:
    return str(file.relative_to(PACKAGE))


def room_of(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix('.py')


def imports(file: Path, *, top_level_only: bool = False) -> set[str]:
    """Return the full names of the modules a file imports."""
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


@pytest.mark.parametrize('file', FILES, ids=name_of)
def test_imports_run_one_way(file):
    room = room_of(file)
    assert room in ROW_OF, f'{room} has no row: give it one in ROWS'
    for name in imports(file):
        parts = name.split('.')
        if parts[0] != 'res2net_mm' or len(parts) < 2 or parts[1] not in ROW_OF:
            continue
        other = parts[1]
        allowed = ROW_OF[other] < ROW_OF[room] or other == room
        assert allowed, f'{name_of(file)} imports {name}, which lies above it'


@pytest.mark.parametrize('file', FILES, ids=name_of)
def test_no_toolbox_is_imported_at_the_top(file):
    tops = {name.split('.')[0] for name in imports(file, top_level_only=True)}
    assert not tops & TOOLBOXES
    allowed = STACK_OF.get(room_of(file), {'mmengine', 'mmcv'})
    assert tops & {'mmengine', 'mmcv'} <= allowed


def test_the_architecture_page_holds_the_same_table():
    rooms, _ = architecture_page()
    rows = [re.findall(r'`(\w+)`', line.split('|')[1]) for line in rooms if line.startswith('| `')]
    assert [set(row) for row in rows] == [set(rooms) for rooms in ROWS]


def test_every_file_that_the_architecture_page_names_is_there():
    _, walks = architecture_page()
    files = re.findall(r'`([\w/]+\.py)`', '\n'.join(walks))
    assert len(files) > 30
    assert [f for f in files if not any(str(m).endswith(f'/{f}') for m in FILES)] == []


def architecture_page() -> tuple[list[str], list[str]]:
    """Return the lines of the page with the table of rooms, and of the walks."""
    lines = (ROOT / 'docs/architecture.md').read_text(encoding='utf-8').splitlines()
    start = lines.index('## Train')
    return lines[:start], lines[start:]


def test_every_room_of_the_table_is_there():
    assert {room_of(file) for file in FILES} == set(ROW_OF)


def test_no_folder_is_crowded():
    folders = {file.parent for file in MODULES if file.parent != PACKAGE}
    sizes = {name_of(folder): len(list(folder.glob('[!_]*.py'))) for folder in folders}
    assert {folder: n for folder, n in sizes.items() if n > LARGEST_ROOM} == {}


def test_no_module_is_a_fragment():
    short = {
        name_of(file) for file in MODULES if len(file.read_text().splitlines()) < SHORTEST_MODULE
    }
    assert short == set(SHORT)


def test_every_module_has_its_test():
    def test_of(file: Path) -> Path:
        return TESTS / file.relative_to(PACKAGE).with_name(f'test_{file.name}')

    missing = {name_of(file) for file in MODULES if not test_of(file).is_file()}
    assert missing == set(WITHOUT_OWN_TEST)


# Copied away and run where nothing of this project is.
STANDS_ALONE = 'run_exported.py'


@pytest.mark.parametrize(
    'file',
    sorted(f for f in (ROOT / 'tools').glob('*.py') if f.name != STANDS_ALONE),
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

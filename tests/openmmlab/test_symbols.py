"""What is private in MMEngine and the toolboxes is listed, read in one room, and there."""

import ast
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
from torch import nn

from res2net_mm.openmmlab.symbols import SYMBOLS

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / 'res2net_mm'
TOOLBOXES = ('mmengine', 'mmcv', 'mmdet', 'mmseg', 'mmpretrain')
FILES = sorted(PACKAGE.rglob('*.py'))
# Modules whose private names are PyTorch's or Python's, whatever OpenMMLab calls the same.
OTHERS = ('torch', 'nn', 'os', 'sys')
OTHER_NAMES = {*dir(nn.Conv2d(1, 1, 1)), '_metadata'}


def installed_line() -> str:
    try:
        return 'original' if distribution('mmengine') else ''
    except PackageNotFoundError:
        return 'openmmlab'


def pins(line: str) -> list[str]:
    """Return the pinned OpenMMLab packages of a line, without mmcv, which has to be compiled."""
    text = (ROOT / f'requirements/{line}.txt').read_text()
    found = re.findall(r'^(?:onedl-)?mm(?:engine|det\w*|seg\w*|pretrain)==.*$', text, re.MULTILINE)
    assert len(found) == 4
    return found


def download(line: str, folder: Path) -> None:
    """Put the packages of a line into a folder, or skip the test where there is no network."""
    pip = [sys.executable, '-m', 'pip', 'install', '-q', '--no-deps', '--target', str(folder)]
    done = subprocess.run([*pip, *pins(line)], capture_output=True, text=True)
    if done.returncode:
        if re.search(r'connection|resolve|network|timed out', done.stderr, re.IGNORECASE):
            pytest.skip(f'the packages of the line {line} cannot be downloaded')
        pytest.fail(done.stderr)


def missing(line: str, folder: Path) -> list[str]:
    """Return the symbols that the packages of a line lack, each with the module that needs it."""
    return [
        f'{row.owner}.{name}, for {row.used_by}'
        for row in SYMBOLS
        if line in row.lines
        for name in row.names
        if not find(folder, row.owner, name)
    ]


def find(folder: Path, owner: str, name: str) -> bool:
    """Return whether the source of a module or class has a name; nothing is imported."""
    parts = owner.split('.')
    tree: ast.AST | None = None
    for i, part in enumerate(parts, 1):
        file = folder.joinpath(*parts[:i]).with_suffix('.py')
        if file.is_file():
            tree = ast.parse(file.read_text())
        elif tree is not None:
            classes = (node for node in tree.body if isinstance(node, ast.ClassDef))
            tree = next((node for node in classes if node.name == part), None)
    if tree is None:
        return False
    if isinstance(tree, ast.Module):
        return name in {bound for node in tree.body for bound in bindings(node)}
    return any(name in bindings(node) for node in ast.walk(tree))


def bindings(node: ast.AST) -> set[str]:
    """Return the names that a statement or target binds."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name for alias in node.names}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {t.id if isinstance(t, ast.Name) else getattr(t, 'attr', '') for t in targets}
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith('__setattr__'):
        return {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return set()


def test_every_symbol_is_there():
    assert not missing(installed_line(), Path(find_spec('mmengine').origin).parents[1])


@pytest.mark.slow  # downloads three packages
def test_every_symbol_is_there_in_the_other_line(tmp_path):
    (other,) = {'openmmlab', 'original'} - {installed_line()}
    download(other, tmp_path)
    assert not missing(other, tmp_path)


def test_a_symbol_that_has_gone_is_found_out(tmp_path):
    (tmp_path / 'pack').mkdir()
    text = 'from x import y\nclass A:\n    def f(self):\n        self._old = self._older = 1\n'
    (tmp_path / 'pack' / 'mod.py').write_text(text)
    assert find(tmp_path, 'pack.mod', 'y')
    assert find(tmp_path, 'pack.mod.A', '_old')
    assert not find(tmp_path, 'pack.mod.A', '_new')
    assert not find(tmp_path, 'pack.mod', 'f')
    assert not find(tmp_path, 'pack.mod.B', 'f')
    assert not find(tmp_path, 'pack.gone', 'f')


@pytest.fixture(scope='module')
def private_names() -> set[str]:
    """The private names of the installed MMEngine and toolboxes that are not PyTorch's as well."""
    names: set[str] = set()
    for toolbox in filter(find_spec, TOOLBOXES):
        for file in Path(find_spec(toolbox).origin).parent.rglob('*.py'):
            names |= set(re.findall(r'(?:self\.|def |^)(_[a-z]\w*)', file.read_text(), re.M))
    return names - OTHER_NAMES


def private_accesses(file: Path) -> set[str]:
    """Return the private attributes that a file reads or sets and defines nowhere in itself."""
    tree = ast.parse(file.read_text())
    own = {name for node in ast.walk(tree) for name in bindings(node)}
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and re.match(r'_[a-z]', node.attr)
        and node.attr not in own
        and ast.unparse(node.value).split('.')[0] not in OTHERS
    }


@pytest.mark.parametrize('file', FILES, ids=lambda f: str(f.relative_to(PACKAGE)))
def test_private_names_are_listed(file, private_names):
    used_by = '.'.join(file.relative_to(PACKAGE).with_suffix('').parts)
    listed = {name for row in SYMBOLS if row.used_by == used_by for name in row.names}
    assert private_accesses(file) & private_names <= listed


def test_other_rooms_only_override():
    """Outside this room a private name is one that a subclass overrides or inherits."""
    for file in FILES:
        if file.parent.name == 'openmmlab':
            continue
        names = {name for row in SYMBOLS for name in row.names if name.startswith('_')}
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in names:
                owner = ast.unparse(node.value)
                assert owner in ('self', 'super()'), f'{file.name} reads {ast.unparse(node)}'


@pytest.mark.parametrize('symbols', SYMBOLS, ids=lambda s: f'{s.owner}-{s.used_by}')
def test_every_row_is_needed(symbols):
    file = PACKAGE.joinpath(*symbols.used_by.split('.')).with_suffix('.py')
    text = file.read_text()
    assert [name for name in symbols.names if not re.search(rf'\b{name}\b', text)] == []


def test_nothing_is_replaced_by_the_tools_of_tests():
    assert not [file for file in FILES if re.search(r'unittest|\bmock\b', file.read_text())]

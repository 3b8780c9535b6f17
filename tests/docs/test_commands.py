"""Every command that the documentation shows is one that the program takes."""

import re
import shlex
from argparse import SUPPRESS, ArgumentParser
from importlib import import_module
from pathlib import Path

import pytest

from lab import notebooks

COMMANDS = import_module('res2net_mm.cli.main').COMMANDS

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    ROOT / 'README.md',
    ROOT / 'CONTRIBUTING.md',
    *sorted((ROOT / 'docs').glob('*.md')),
    *notebooks.notebooks(),
)
COMMAND = re.compile(r'(?:(?P<name>res2net-mm)|python tools/(?P<tool>\w+)\.py) (?P<rest>[^`#\n]+)')
# Words of a sentence that names a command without its arguments.
UNFINISHED = re.compile(r'^[\w-]+$')


def commands() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        text = page.read_text().replace('\\\n', ' ')
        if page.suffix == '.ipynb':
            text = '\n'.join(['```', *notebooks.code(page), '```'])
        code = re.findall(r'```\w*\n(.*?)```|`([^`]+)`', text, re.DOTALL)
        for block, inline in code:
            found += [
                (page.name, match) for match in COMMAND.finditer(block or inline.replace('\n', ' '))
            ]
    return [(page, match) for page, match in found if not UNFINISHED.match(match['rest'].strip())]


def arguments_of(text: str) -> list[str]:
    """Return the arguments, with all optional parts and a number or a name for each blank."""
    text = re.sub(r'[\[\]]|\.\.\.(?=\s|$)', '', text.split(' && ')[0])
    return shlex.split(text.split(' # ')[0].replace('\n', ' '))


@pytest.mark.parametrize(
    ('page', 'match'), commands(), ids=lambda part: part if isinstance(part, str) else part[0][:60]
)
def test_a_command_parses(page, match, capsys):
    arguments = arguments_of(match['rest'])
    if match['name']:
        command = arguments.pop(0)
    elif match['tool'] in ('setup_env', 'run_exported'):
        pytest.skip('stands alone, and has a parser of its own')
    else:
        source = (ROOT / 'tools' / f'{match["tool"]}.py').read_text()
        command = re.search(r"main\('([\w-]+)'", source)[1]
    if command == 'COMMAND':
        return
    module = import_module(f'res2net_mm.cli.{COMMANDS[command][0]}')
    parser = ArgumentParser(argument_default=SUPPRESS)
    module.add_options(parser)
    try:
        parser.parse_args(arguments)
    except SystemExit as stop:
        if '--help' not in arguments:
            raise AssertionError(f'{page}: {match[0]}\n{capsys.readouterr().err}') from stop


def test_enough_commands_are_found():
    assert len(commands()) > 30
    pages = {page for page, _ in commands()}
    assert {'README.md', 'own_data.md', 'export.md', 'own_data.ipynb'} <= pages


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_files_that_a_page_links_are_there(page):
    for target in re.findall(r'\]\(([^)#:]+)(?:#[^)]*)?\)', page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_readme_is_a_screen_and_a_half():
    assert len((ROOT / 'README.md').read_text().splitlines()) <= 110

"""Check this environment before training in it: packages, GPU, disk, memory, every backbone.

Prints one line for each part, with how to solve the problem where there is one. Nothing is
installed, downloaded or written. Exit status: 0 without problems, 1 with problems.
"""

from argparse import ArgumentParser


def add_options(parser: ArgumentParser) -> None:
    pass


def run() -> int:
    from res2net_mm.doctor import examine

    problems = 0
    for finding in examine():
        print(finding, flush=True)
        problems += not finding.ok
    print(f'problems: {problems}' if problems else 'all is well')
    return 1 if problems else 0

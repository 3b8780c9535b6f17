"""Find the command that is named, read its options, run it, and end with its exit status."""

import os
import signal
import sys
from argparse import REMAINDER, SUPPRESS, ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import NoReturn

import res2net_mm
from res2net_mm.errors import exit_on_user_error
from res2net_mm.stack import check_stack
from res2net_mm.startup import COMMAND

INTERRUPTED, TERMINATED = 128 + signal.SIGINT, 128 + signal.SIGTERM

# Command -> its module in this package, and what it does. The module has ``add_options(parser)``,
# which declares the options, and ``run(**options)``, which returns the exit status or None for 0.
COMMANDS = {
    'train': ('runs.train', 'train a detector or segmenter'),
    'test': ('runs.test', 'evaluate a checkpoint or an exported model'),
    'predict': ('runs.predict', 'predict on images, folders, videos or camera streams'),
    'rerun': ('runs.rerun', 'train again as recorded in a work directory'),
    'demo': ('runs.demo', 'train and test a small model on a set drawn for it'),
    'check': ('results.check', 'check a folder of images before training on it'),
    'convert-data': ('results.convert_data', 'write a folder of images in another layout'),
    'eval-by-size': ('results.eval_by_size', 'score result files by object or region size'),
    'size-curve': ('results.size_curve', 'measure at which sizes detectors see objects best'),
    'compare-slicing': ('results.compare_slicing', 'say whether slices help a detector'),
    'compare': ('results.compare', 'compare runs by object or region size in a report'),
    'reproduce': ('results.reproduce', 'list and run every published number of Res2Net'),
    'presets': ('models.presets', 'list the published networks'),
    'swap': ('models.swap', 'put a Res2Net into a config'),
    'convert': ('models.convert', "write a checkpoint in another publisher's names"),
    'export': ('models.export', 'export a model for ONNX Runtime, OpenVINO or torch'),
    'demo-page': ('models.demo_page', 'write a page that runs an exported model in a browser'),
    'flops': ('models.flops', 'count parameters and GFLOPs of a model'),
    'benchmark': ('models.benchmark', 'measure speed and memory beside other backbones'),
    'cam': ('models.cam', 'draw where a trained model looks'),
    'receptive-field': ('models.receptive_field', 'measure how far the splits of a network see'),
    'doctor': ('doctor', 'check packages, GPU, disk and every kind of backbone'),
}
# These run where torch or OpenMMLab is missing.
NEED_NO_STACK = ('presets', 'doctor')


class Terminated(BaseException):
    """SIGTERM arrived. Not an Exception, which loading a config reports as an error of it."""


def main(command: str | None = None, arguments: Sequence[str] | None = None) -> int:
    """Run one command of the package.

    Args:
        command: One of ``COMMANDS``; default the first of the arguments.
        arguments: What follows the program's name; default that of this process.

    Returns:
        The exit status: 0, or 1 where the command has found problems, 2 for an error of the user,
        130 after Ctrl-C, 143 after SIGTERM.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    program = Path(sys.argv[0]).name  # a file of tools/
    if command is None:
        command, arguments = _find_command(arguments)
        program = f'{COMMAND} {command}'
    debug = '--debug' in arguments
    try:
        with _sigterm_raises(), exit_on_user_error(debug=debug):
            return _run(command, program, arguments)
    except (KeyboardInterrupt, Terminated) as stop:
        if debug:
            raise
        interrupted = isinstance(stop, KeyboardInterrupt)
        print('interrupted' if interrupted else 'terminated', file=sys.stderr)
        return INTERRUPTED if interrupted else TERMINATED


def _run(command: str, program: str, arguments: Sequence[str]) -> int:
    """Read the options of a command, run it, and return its exit status."""
    module = import_module(f'.{COMMANDS[command][0]}', __package__)
    parser = ArgumentParser(
        prog=program,
        description=module.__doc__,
        formatter_class=RawDescriptionHelpFormatter,
        argument_default=SUPPRESS,  # what is not given is left to the default of the function
    )
    parser.add_argument('--debug', action='store_true', help='show tracebacks')
    try:
        module.add_options(parser)
    except ImportError:  # of torch, say, which some options name their choices by
        check_stack()
        raise
    options = vars(parser.parse_args(arguments))
    options.pop('debug', None)
    if 'local_rank' in options:
        os.environ.setdefault('LOCAL_RANK', str(options.pop('local_rank')))
    if command not in NEED_NO_STACK:
        res2net_mm.prepare_stack()
    if 'verbose' in options:
        from res2net_mm.engine.screen import quiet_screen

        with quiet_screen(verbose=options.pop('verbose')):
            return module.run(**options) or 0
    return module.run(**options) or 0


def _find_command(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """Return the command that is named and the arguments that are left for it."""
    width = max(map(len, COMMANDS))
    lines = [f'  {name:{width}}  {purpose}' for name, (_, purpose) in COMMANDS.items()]
    parser = ArgumentParser(
        prog=COMMAND,
        usage=f'{COMMAND} [-h] [--version] COMMAND ...',
        description='Res2Net backbones for MMDetection and MMSegmentation.',
        epilog='\n'.join(
            ['commands:', *lines, '', f'`{COMMAND} COMMAND --help` lists the options of one.']
        ),
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument('--version', action='version', version=res2net_mm.__version__)
    parser.add_argument('command', choices=COMMANDS, metavar='COMMAND', help='one of those below')
    parser.add_argument('arguments', nargs=REMAINDER, help='its options')
    found = parser.parse_args(arguments)
    return found.command, found.arguments


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Raise Terminated on SIGTERM, so that what is half done is cleared away."""
    main_process = os.getpid()

    def end(number: int, frame: FrameType | None) -> NoReturn:
        if os.getpid() != main_process:  # a fork of it
            os._exit(TERMINATED)
        raise Terminated

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

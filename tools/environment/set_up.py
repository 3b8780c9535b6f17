"""The steps of a set-up, in the order that works."""

import argparse
import hashlib
import shutil
import sys
import time
from pathlib import Path

from res2net_mm.doctor.machine import has_nvidia_gpu

from .file_lock import file_lock
from .mmcv_build import build_mmcv
from .pins import Pin, read_pins
from .report import Report, SetupError, duration
from .torch_build import CPU_INDEX, is_reachable
from .virtual_env import VirtualEnv
from .wheel_cache import WheelCache, default_cache, wheel_key

ROOT = Path(__file__).resolve().parents[2]
BEFORE_313 = Path(__file__).resolve().parent / 'before_313'
GIB = 1 << 30
LINES = ('openmmlab', 'original')  # files of requirements/: mmengine, mmcv, the rest
NEEDED_DISK = {'cpu': 3 * GIB, 'cuda': 14 * GIB}

VERIFY = """
import importlib.metadata as metadata, sys
for pin in sys.argv[1:]:
    name, version = pin.split('==')
    found = metadata.version(name)
    assert found.split('+')[0] == version, f'{name} is {found}, not {version}'
import importlib, torch, cv2, mmcv._ext, onnxscript, onnxruntime, openvino, res2net_mm
from mmcv.ops import nms
for toolbox in ('mmdet', 'mmseg', 'mmpretrain', 'mmpose'):
    importlib.import_module(toolbox + '.utils').register_all_modules(init_default_scope=False)
boxes = torch.tensor([[0., 0., 9., 9.], [0., 0., 9., 8.], [20., 20., 29., 29.]])
kept = nms(boxes, torch.tensor([.9, .8, .7]), .5)[1].tolist()
assert kept == [0, 2], f'mmcv.ops.nms kept {kept} of three boxes, not [0, 2]'
assert metadata.version('res2net_mm')
"""


class SetUp:
    """One run: the steps in order, each able to be read by itself."""

    def __init__(self, args: argparse.Namespace):
        self.venv = VirtualEnv(args.venv.expanduser().absolute())
        self.cache = (args.cache or default_cache()).expanduser().absolute()
        self.rebuild = args.rebuild
        self.device = args.device or ('cuda' if has_nvidia_gpu() else 'cpu')
        # Both lines install the same modules, so an environment holds one of them.
        self.line, other = LINES if not args.original else reversed(LINES)
        self.pins = read_pins(ROOT / 'requirements')
        del self.pins[other]
        self.wanted = {
            'python': '{}.{}'.format(*sys.version_info),
            'folder': str(self.venv.folder),
            'device': self.device,
            'line': self.line,
            'checkout': str(ROOT),
            'digest': input_digest(),
        }

    def run(self) -> None:
        """Bring the environment up to date."""
        folder = self.venv.folder
        wait = f'waiting for another set-up of {folder} to end'
        with file_lock(
            folder.with_name(f'{folder.name}.lock'), on_wait=lambda: print(wait, flush=True)
        ):
            if self.venv.is_up_to_date(self.wanted) and not self.rebuild:
                print(f'{folder} is up to date')
                return
            started = time.monotonic()
            self.check_disk()
            what = f'Python {sys.version.split()[0]}, {self.line}, {self.device}'
            print(f'setting up {folder} ({what})', flush=True)
            self.make_venv()
            self.report = Report(folder / 'setup.log')
            self.install_pins()
            self.install_torch()
            self.install_mmcv()
            self.install_openmmlab()
            self.install_checkout()
            self.verify()
            self.venv.mark(self.wanted, complete=True)
            print(f'set up in {duration(time.monotonic() - started)}: {folder}')

    def check_disk(self) -> None:
        place = self.venv.folder
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        if free < NEEDED_DISK[self.device] and not self.venv.stamp.exists():
            raise SetupError(
                f'{place} has {free / GIB:.1f} GiB free and the set-up needs '
                f'{NEEDED_DISK[self.device] / GIB:.0f}: free some, or pass --venv on another disk.'
            )

    def make_venv(self) -> None:
        why = self.venv.misfit(self.wanted)
        if why:
            print(f'making {self.venv.folder} anew: {why}', flush=True)
        self.venv.make(self.wanted)
        self.venv.mark(self.wanted, complete=False)

    def install_pins(self) -> None:
        with self.report.step('requirements'):
            sections = ('build', 'runtime', 'export', 'dev')
            pins = [pin for section in sections for pin in self.pins[section]]
            self.pip('install', '--no-deps', *pins)  # captum's requirement is any torch, for CUDA
            self.report.set_detail(f'{len(pins)} pinned packages')

    def install_torch(self) -> None:
        """Install torch; its own requirements are there already, so one index is enough for it."""
        with self.report.step('torch'):
            pins = self.pins['torch']
            if self.device != 'cpu' or not self.install_from_cpu_index(pins):
                self.pip('install', *pins)
            build = self.ask('import torch; print(torch.__version__, torch.version.cuda)')
            self.torch_version, cuda = build.split()
            if self.device == 'cuda' and cuda == 'None':
                raise SetupError(
                    f'torch {self.torch_version} is a CPU build: pass --cpu, or mend the pip index.'
                )
            self.report.set_detail(self.torch_version)

    def install_from_cpu_index(self, pins: list[Pin]) -> bool:
        """Return whether PyTorch's own index of CPU builds could be reached and has served."""
        if not is_reachable():
            self.report.say(f'torch: {CPU_INDEX} does not answer, taking what pip finds')
            return False
        try:
            self.pip('install', '--index-url', CPU_INDEX, *pins)
        except SetupError:
            self.report.say(f'torch: {CPU_INDEX} has failed, taking what pip finds')
            return False
        return True

    def install_mmcv(self) -> None:
        """Install mmengine, then mmcv: its cached wheel if that can be trusted, else a new one."""
        mmengine, mmcv = self.pins[self.line][:2]
        cached = WheelCache(self.cache, wheel_key(str(mmcv), self.torch_version, self.device))
        wait = 'mmcv: waiting for another set-up that builds the same wheel'
        with (
            self.report.step('mmcv'),
            file_lock(cached.lock, on_wait=lambda: self.report.say(wait)),
        ):
            self.pip('install', '--no-deps', mmengine)
            wheel, fault = cached.find()
            if fault:
                self.report.say(f'mmcv: the cached wheel is not used and built anew: {fault}')
            if wheel and not self.rebuild:
                try:
                    self.install_wheel(wheel)
                    self.report.set_detail(f'{mmcv.version}, from {self.cache}')
                    return
                except SetupError:
                    self.report.say(f'mmcv: {wheel} does not load here and is built anew')
            wheel = self.build_mmcv(mmcv, cached)
            self.install_wheel(wheel)
            self.report.set_detail(f'{mmcv.version}, built and kept in {self.cache}')

    def build_mmcv(self, pin: Pin, cached: WheelCache) -> Path:
        """Return the wheel, built in a folder that is removed and kept in the cache."""
        shutil.rmtree(cached.build_folder, ignore_errors=True)  # left by a run that was killed
        cached.build_folder.mkdir(parents=True)
        try:
            wheel = build_mmcv(
                pin,
                torch=self.torch_version,
                device=self.device,
                venv=self.venv,
                report=self.report,
                folder=cached.build_folder,
            )
            return cached.store(wheel)
        finally:
            shutil.rmtree(cached.build_folder, ignore_errors=True)

    def install_wheel(self, wheel: Path) -> None:
        self.pip('install', '--no-deps', '--force-reinstall', wheel)
        self.ask('import torch, mmcv._ext')

    def install_openmmlab(self) -> None:
        """Install the toolboxes; of xtcocotools the source, since its wheels are for numpy 1."""
        with self.report.step('toolboxes'):
            pins = self.pins[self.line][2:]
            from_source = ('--no-build-isolation', '--no-binary', 'xtcocotools')
            # On Python 3.13 its setup.py does not find its version without.
            self.pip('install', '--no-deps', *from_source, *pins, PYTHONPATH=str(BEFORE_313))
            self.report.set_detail(', '.join(map(str, pins)))

    def install_checkout(self) -> None:
        with self.report.step('res2net_mm'):
            self.pip('install', '--no-deps', '--no-build-isolation', '--editable', ROOT)
            self.report.set_detail('editable')

    def verify(self) -> None:
        """Import it all, run one compiled operator, compare the versions with the pins."""
        with self.report.step('verify'):
            pins = [pin for section in self.pins.values() for pin in section if not pin.marker]
            self.ask(VERIFY, *pins)
            self.report.set_detail(f'{len(pins)} versions, imports, one compiled operator')

    def pip(self, *words, **variables: str) -> None:
        environ = {**self.venv.environ(), **variables}
        self.report.run([self.venv.python, '-m', 'pip', *words], env=environ)

    def ask(self, code: str, *arguments) -> str:
        """Run Python code in the environment, away from the checkout; return its last line."""
        command = [self.venv.python, '-c', code, *arguments]
        output = self.report.run(command, env=self.venv.environ(), cwd=Path('/'))
        return output.strip().rpartition('\n')[2]


def input_digest() -> str:
    """Return a digest of every file that decides what a set-up makes."""
    digest = hashlib.sha256()
    for path in (
        *sorted((ROOT / 'requirements').glob('*.txt')),
        ROOT / 'pyproject.toml',
        ROOT / 'setup.py',
        *sorted((ROOT / 'res2net_mm' / 'acceleration' / 'kernels').glob('*.[ch]')),
        *sorted(Path(__file__).parent.rglob('*.py')),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def parse_arguments(arguments: list[str] | None, description: str) -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--venv', type=Path, default=ROOT / '.venv', help='folder (default: .venv in this checkout)'
    )
    parser.add_argument(
        '--original',
        action='store_true',
        help='the original OpenMMLab packages in place of the maintained ones (onedl-*)',
    )
    device = parser.add_mutually_exclusive_group()
    device.add_argument(
        '--cpu', dest='device', action='store_const', const='cpu', help='although there is a GPU'
    )
    device.add_argument(
        '--cuda', dest='device', action='store_const', const='cuda', help='although none is seen'
    )
    parser.add_argument(
        '--cache', type=Path, help='folder of built wheels (default: res2net_mm in the user cache)'
    )
    parser.add_argument(
        '--rebuild', action='store_true', help='go through every step and compile mmcv again'
    )
    return parser.parse_args(arguments)


def main(description: str, arguments: list[str] | None = None) -> int:
    """Return the exit status: 0, or 2 with one sentence on stderr."""
    try:
        SetUp(parse_arguments(arguments, description)).run()
    except SetupError as fault:
        print(f'error: {fault}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('interrupted: call it again to go on', file=sys.stderr)
        return 130
    return 0

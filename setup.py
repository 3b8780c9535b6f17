"""Packaging: `pip install -e .` beside an OpenMMLab stack that is already there leaves it as it is.

Neither torch nor any OpenMMLab package is a hard requirement, since pip would replace a working
build of theirs; the package checks at import that they are there and says what is missing.
"""

import re
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parent
KERNELS = ROOT / 'res2net_mm' / 'acceleration' / 'kernels'


def version():
    text = (ROOT / 'res2net_mm' / 'version.py').read_text(encoding='utf-8')
    return re.search(r"^__version__ = '(.+)'$", text, re.MULTILINE).group(1)


def pins(section):
    """Return the requirement lines under `# [section]` of requirements.txt."""
    text = (ROOT / 'requirements.txt').read_text(encoding='utf-8')
    body = text.split(f'\n# [{section}]', 1)[1].split('\n# [', 1)[0]
    return [line for line in body.splitlines()[1:] if line and not line.startswith('#')]


class SdistWithPins(sdist):
    """A source archive that carries requirements.txt, which this file reads."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, [*files, 'requirements.txt'])


setup(
    name='res2net_mm',
    version=version(),
    description='The Res2Net backbone family for OpenMMLab',
    license='Apache-2.0',
    python_requires='>=3.10',
    # Called through ctypes. `optional`: without a C compiler PyTorch's operators stand in.
    ext_modules=[
        Extension(
            'res2net_mm.acceleration.kernels._compiled',
            sources=sorted(str(file.relative_to(ROOT)) for file in KERNELS.glob('*.c')),
            depends=[str(file.relative_to(ROOT)) for file in KERNELS.glob('*.h')],
            extra_compile_args=['-O3', '-fopenmp', '-fno-math-errno', '-fno-trapping-math'],
            extra_link_args=['-fopenmp', '-lm'],
            optional=True,
        )
    ],
    packages=find_packages(include=['res2net_mm', 'res2net_mm.*']),
    # `.mim/configs` links to configs/: the files themselves in a wheel, found by `res2net_mm::...`.
    package_data={
        'res2net_mm': ['.mim/*.yml', '.mim/configs/**/*.py', '.mim/configs/**/*.md'],
        'res2net_mm.report.page': ['templates/*'],
    },
    install_requires=[
        'filelock',
        'jinja2',
        'matplotlib',
        'numpy',
        'packaging',
        'pycocotools',
        'safetensors',
        'scipy',
        'tqdm',
    ],
    extras_require={
        'openmmlab': pins('torch') + pins('openmmlab') + pins('runtime'),
        'original': pins('torch') + pins('original') + pins('runtime') + ['setuptools<81'],
        'export': pins('export'),
        'dev': pins('dev'),
    },
    cmdclass={'sdist': SdistWithPins},
    zip_safe=False,
)

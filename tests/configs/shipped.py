"""The configs this project ships."""

from pathlib import Path

CONFIGS = sorted((Path(__file__).parents[2] / 'configs').glob('*.py'))

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / 'reference'))

from small_weights import save, weights  # noqa: F401  (fixtures)

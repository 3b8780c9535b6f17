"""Results as a JSON file."""

import json
from collections.abc import Mapping
from pathlib import Path

from res2net_mm.whole_file import whole_file


def write_json_file(content: Mapping, path: str | Path) -> Path:
    """Write plain values to a JSON file that is whole or not there, making its folder."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, allow_nan=False)
    with whole_file(path) as partial:
        partial.write_text(text + '\n', encoding='utf-8')
    return path

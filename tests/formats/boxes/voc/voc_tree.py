"""Folders in VOC layout of any arrangement, a line for each file."""

from pathlib import Path

from folders import voc_xml

from res2net_mm.formats import Findings
from res2net_mm.formats.boxes.voc import read_voc


def write_tree(root: Path, files: str = '', **texts: str) -> Path:
    """Write the files: XML with one box, nothing in others; ``texts`` are lists by their stems.

    Args:
        root: The folder.
        files: Paths below it between spaces; ``x/{a,b}.xml`` stands for two.
        texts: Path, with ``__`` for a slash and without ``.txt`` -> lines, with spaces between.
    """
    for pattern in files.split():
        head, _, rest = pattern.partition('{')
        inside, _, tail = rest.partition('}')
        for name in inside.split(',') if rest else ['']:
            path = root / f'{head}{name}{tail}'
            path.parent.mkdir(parents=True, exist_ok=True)
            own = f'<annotation><!-- {path} -->'  # so that no file is a copy of another
            text = voc_xml().replace('<annotation>', own) if path.suffix == '.xml' else ''
            path.write_text(text)
    for name, lines in texts.items():
        path = root / f'{name.replace("__", "/")}.txt'
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('\n'.join(lines.split(' ')))
    return root


def read(root: Path) -> tuple[dict[str, list[str]], list[str]]:
    """Return the images of each split by their paths below the folder, and what was found."""
    findings = Findings(stop=False)
    splits = {
        split: [file.relative_to(root).as_posix() for file in part.image_files]
        for split, part in read_voc(root, findings).items()
    }
    return splits, [f'{f.severity.name} {f.name}: {f.count}' for f in findings]

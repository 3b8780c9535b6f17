"""What describes a folder of YOLO: data.yaml, darknet's obj.data, lists of images, class names."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from res2net_mm.errors import UserError
from res2net_mm.formats.boxes.label_files import begins_like, split_of_folders
from res2net_mm.formats.findings import PROBLEM, Findings
from res2net_mm.formats.image_index import ImageIndex
from res2net_mm.formats.splits import split_named, split_of
from res2net_mm.formats.text_file import read_lines

SUFFIXES = ('.yaml', '.yml', '.data')
#: Text files that name the classes, the likeliest first.
NAME_FILES = (
    'classes.txt',
    'obj.names',
    'names.txt',
    '_darknet.labels',
    'predefined_classes.txt',
    'classes.names',
    'labels.txt',
)
START = r'(?im)^\s*(train|val|valid|test|names)\s*[:=]'
LIST_START = r'(?i)\A[^\n]*\.(jpe?g|png|bmp|tiff?|webp)\s*(\n|\Z)'
NOT_THERE = 'splits that are not where they are said to be, looked for by the names of folders'


@dataclass
class Description:
    """What a description, or the lack of one, says of a folder.

    Attributes:
        file: The description, or the folder.
        names: Names of the classes by number.
        names_from: What names them, as a phrase.
        splits: Split -> paths of its images below the folder, each once.
        box_only: Whether what follows the first five numbers of a line are keypoints.
    """

    file: Path
    names: dict[int, str] = field(default_factory=dict)
    names_from: str = 'no file names them'
    splits: dict[str, list[str]] = field(default_factory=dict)
    box_only: bool = False


def description_files(files: Mapping[str, Path]) -> list[Path]:
    """Return the descriptions among files, by their paths below the folder: those least deep."""
    found = [path for path in files if path.lower().endswith(SUFFIXES)]
    found = [path for path in found if begins_like(files[path], START)]
    least = min((path.count('/') for path in found), default=0)
    found = [path for path in found if path.count('/') == least]
    return [files[path] for path in sorted(found, key=lambda path: (path.endswith('.data'), path))]


def describe_folder(
    root: Path, files: Mapping[str, Path], images: ImageIndex, findings: Findings
) -> Description:
    """Return what is said of a folder.

    Args:
        root: The folder.
        files: Text files and descriptions in the folder, by relative path.
        images: Images in the folder, by relative path.
        findings: Receives what is missing or not used.

    Raises:
        UserError: A description cannot be read.
    """
    described = Description(root)
    if found := description_files(files):
        described = _read(root, found[0], images, findings)
        others = [other.name for other in found[1:]]
        what = f'descriptions not used beside {found[0].name}'
        findings.add(PROBLEM, root, what, others, 'keep one')
    if not described.splits:
        lists = {path: split_of(file.stem) for path, file in files.items() if _is_list(file)}
        for path, split in lists.items():
            if split and split not in described.splits:
                described.splits[split] = _listed(files[path], images, split, findings)
    if not described.names:
        named = [path for path in files if path.rpartition('/')[2] in NAME_FILES]
        order = {name: index for index, name in enumerate(NAME_FILES)}
        named.sort(key=lambda path: (order[path.rpartition('/')[2]], path.count('/'), path))
        for path in named[:1]:
            described.names = dict(enumerate(read_lines(files[path])))
            described.names_from = f'from {files[path].name}'
    return described


def _is_list(file: Path) -> bool:
    return file.suffix.lower() == '.txt' and begins_like(file, LIST_START)


def _read(root: Path, file: Path, images: ImageIndex, findings: Findings) -> Description:
    content = _content(file)
    described = Description(file, names_from=f'from {file.name}')
    home = file.parent.relative_to(root).as_posix()
    described.names = _names(root, file, content.get('names'))
    described.box_only = 'kpt_shape' in content
    bases = [f'{home}/{content.get("path") or ""}', home, str(content.get('path') or '')]
    missing, lost = [], []
    for key, value in content.items():
        split = split_named(str(key))
        if split is None or not value:
            continue
        for entry in map(str, value if isinstance(value, list) else [value]):
            place = _inside(root, entry, bases)
            found = _images_at(root, place, images, split, findings) if place else []
            if found:
                paths = [*described.splits.get(split, []), *found]
                described.splits[split] = list(dict.fromkeys(paths))
            else:
                missing.append(f'{key}: {entry}')
                lost.append(split)
    fix = 'give paths that begin at the folder of this file'
    findings.add(PROBLEM, file, NOT_THERE, missing, fix)
    used = {path for found in described.splits.values() for path in found}
    for path in images.all_paths if lost and described.splits else ():
        split = split_of_folders(PurePosixPath(path))
        if split in lost and path not in used:
            described.splits.setdefault(split, []).append(path)
    return described


def _content(file: Path) -> Mapping[Any, Any]:
    try:
        text = file.read_text(encoding='utf-8-sig')
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f'{file} cannot be read as text in UTF-8: {error}.') from error
    if file.suffix == '.data':
        pairs = (line.split('=', 1) for line in text.splitlines() if '=' in line)
        return {key.strip(): value.strip() for key, value in pairs}
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f'{file} cannot be read as YAML: {error}'.splitlines()[0]) from error
    if not isinstance(content, Mapping):
        raise UserError(f'{file} must hold keys such as train, val and names.')
    return content


def _names(root: Path, file: Path, names: Any) -> dict[int, str]:
    """Return the names by number, out of a list, a table or the path of a file."""
    if isinstance(names, str):
        place = _inside(root, names, ['.'])
        names = read_lines(place) if place and place.is_file() else []
    if isinstance(names, Mapping):
        try:
            return {int(number): str(name) for number, name in names.items()}
        except (TypeError, ValueError) as error:
            raise UserError(f'{file}: names must be numbered, got {names!r:.80}.') from error
    return dict(enumerate(map(str, names if isinstance(names, list) else [])))


def _inside(root: Path, text: str, bases: Iterable[str]) -> Path | None:
    """Return the place in the folder that a path in a description means, None if there is none.

    Such paths are often relative to another folder than the file's, or absolute on the machine of
    whoever wrote them: the longest end of the path that exists below ``root`` is taken, unless it
    has lost the name of the split.
    """
    for start in [*(f'{base}/{text}' for base in bases), text]:
        parts = [part for part in PurePosixPath(start.replace('\\', '/')).parts if part != '.']
        parts = [part for part in parts if part not in ('..', '/')]
        for skipped in range(len(parts)):
            place = root.joinpath(*parts[skipped:])
            if _split_in(parts[skipped:]) == _split_in(parts) and place.exists():
                return place
    return None


def _split_in(parts: Collection[str]) -> str | None:
    return split_of_folders(PurePosixPath(*parts, 'image'))


def _images_at(
    root: Path, place: Path, images: ImageIndex, split: str, findings: Findings
) -> list[str]:
    """Return the images of a folder, or of a list of images."""
    if place.is_file() and place.suffix.lower() == '.txt':
        return _listed(place, images, split, findings)
    if place.is_file():
        return [place.relative_to(root).as_posix()]
    if (place / 'images').is_dir():
        place = place / 'images'
    below = f'{place.relative_to(root).as_posix()}/'
    return [path for path in images.all_paths if below == './' or path.startswith(below)]


def _listed(file: Path, images: ImageIndex, split: str, findings: Findings) -> list[str]:
    """Return the images that a list names."""
    lines = read_lines(file)
    found = images.find_all(lines, split)
    missing = [line for line in lines if line not in found]
    what = 'images of the list that are not there, left out'
    findings.add(PROBLEM, file, what, missing, 'put them there, or take them out of the list')
    return list(dict.fromkeys(found.values()))

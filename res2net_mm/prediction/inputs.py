"""What a user asks to have predicted: images, folders, patterns, videos and camera streams."""

import glob
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from res2net_mm.errors import UserError
from res2net_mm.formats.image_file import IMAGE_SUFFIXES

#: Suffixes of the videos that are looked for in a folder; a video named by itself may have any.
VIDEO_SUFFIXES = ('.mp4', '.avi', '.mov', '.mkv', '.webm', '.m4v', '.mpg', '.mpeg')
STREAM = re.compile(r'(rtsp|rtmp|http|https|udp|tcp)://', re.IGNORECASE)
FRAMES_PER_SECOND = 25.0  # of a video that does not tell


@dataclass(frozen=True)
class Picture:
    """One image to predict on: a file, read by the model's pipeline, or the pixels of a frame."""

    name: str  # relative to the input it comes from, / between folders
    file: Path | None = None
    pixels: np.ndarray | None = None  # (H, W, 3) uint8, BGR


@dataclass(frozen=True)
class Video:
    """A video file or the URL of a camera stream, opened when it is iterated over."""

    source: str
    name: str  # of its results

    def describe(self) -> tuple[float, int | None]:
        """Return frames per second, and the number of frames, None for a stream."""
        capture = self._open()
        frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
        rate = capture.get(cv2.CAP_PROP_FPS)
        capture.release()
        return rate if 0 < rate < 1000 else FRAMES_PER_SECOND, frames if frames > 0 else None

    def __iter__(self) -> Iterator[Picture]:
        capture = self._open()
        try:
            for index in itertools.count():
                there, frame = capture.read()
                if not there:
                    return
                yield Picture(f'{self.name}/{index:06d}', pixels=frame)
        finally:
            capture.release()

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(self.source)
        if not capture.isOpened():
            raise UserError(
                f'video {self.source} cannot be opened: OpenCV knows no decoder for it, or nothing '
                'answers there'
            )
        return capture


def read_pixels(picture: Picture) -> np.ndarray:
    """Return the pixels of a picture, (H, W, 3) uint8, BGR; UserError if they cannot be read."""
    if picture.pixels is not None:
        return picture.pixels
    pixels = cv2.imread(str(picture.file))
    if pixels is None:
        raise UserError(f'image {picture.file} cannot be read')
    return pixels


def find_inputs(inputs: Sequence[str | Path]) -> tuple[list[Picture], list[Video], list[str]]:
    """Find the images, videos and messages of what a user asks to have predicted.

    Args:
        inputs: Image files, folders (searched to any depth), glob patterns, video files, URLs of
            camera streams.

    Returns:
        The images in the order of the inputs, within a folder by name; the videos; and one message
        for each folder that holds files of another kind, with their number.

    Raises:
        UserError: An input does not exist, or there is nothing to predict on.
    """
    pictures: list[Picture] = []
    videos: list[Video] = []
    messages: list[str] = []
    for given in map(str, inputs):
        if STREAM.match(given):
            videos.append(Video(given, re.sub(r'\W+', '_', given.split('://')[1]).strip('_')))
            continue
        path = Path(given)
        if path.is_dir():
            files = sorted(
                p
                for p in path.rglob('*')
                if p.is_file() and not any(s.startswith('.') for s in p.relative_to(path).parts)
            )
            used = [
                file for file in files if file.suffix.lower() in IMAGE_SUFFIXES + VIDEO_SUFFIXES
            ]
            if len(used) < len(files):
                messages.append(
                    f'{path}: {len(files) - len(used)} of {len(files)} files are neither images '
                    'nor videos and are left out'
                )
            found = [(file, file.relative_to(path).as_posix()) for file in used]
        elif path.is_file():
            found = [(path, path.name)]
        else:
            matches = sorted(Path(match) for match in glob.glob(given, recursive=True))
            found = [(match, match.name) for match in matches if match.is_file()]
            if not found:
                raise UserError(f'input {given} does not exist, and no file matches it')
        for file, name in found:
            if file.suffix.lower() in VIDEO_SUFFIXES:
                videos.append(Video(str(file), name))
            else:
                pictures.append(Picture(name, file=file))
    if not pictures and not videos:
        raise UserError(
            f'no image or video in {", ".join(map(str, inputs))}; image suffixes are '
            f'{" ".join(IMAGE_SUFFIXES)}'
        )
    return _named_apart(pictures), videos, messages


def _named_apart(pictures: Iterable[Picture]) -> list[Picture]:
    """Number pictures whose names differ in no more than the suffix: so do their results."""
    taken: set[str] = set()
    apart = []
    for picture in pictures:
        base, number = Path(picture.name), 1
        name = base
        while name.with_suffix('').as_posix() in taken:
            number += 1
            name = base.with_name(f'{base.stem}-{number}{base.suffix}')
        taken.add(name.with_suffix('').as_posix())
        apart.append(Picture(name.as_posix(), file=picture.file))
    return apart

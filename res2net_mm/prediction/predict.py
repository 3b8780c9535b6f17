"""Predict on images, folders, videos and streams, and write what was found."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.config import Config

from res2net_mm.errors import UserError, argument
from res2net_mm.evaluation.classification.answer_pictures import Answers, draw_answers
from res2net_mm.evaluation.detection.confidence.thresholds import ScoreRule
from res2net_mm.evaluation.size_bins import ALL
from res2net_mm.lettering import Lettering
from res2net_mm.progress import track
from res2net_mm.whole_file import whole_file, write_json_file

from .answers import ClassResults
from .inputs import Picture, Video, find_inputs, read_pixels
from .pictures import class_colours, draw_labels, draw_objects, letter_size
from .predictor import Predictor, found_objects
from .results import BoxResults, FoundBySize, LabelResults, PanopticResults, Results, kind_of
from .score_rule import check_score, find_score_rule, pick_sure
from .slices import OVERLAP

CODEC = 'mp4v'
FOUND = 'found_by_size.json'


def predict(
    checkpoint: str | Path,
    inputs: Sequence[str | Path],
    *,
    out: str | Path,
    config: str | Path | Config | None = None,
    score: float | str = 0.3,
    classes: Sequence[str] | None = None,
    device: str | None = None,
    fused: bool = True,
    batch_size: int = 1,
    slice_size: int | None = None,
    overlap: float = OVERLAP,
    pictures: bool = True,
    progress: bool = True,
    say: Callable[[str], None] = print,
) -> dict[str, dict[str, int]]:
    """Predict on a user's own pictures.

    Writes into ``out``: ``pictures/`` (the inputs with what was found drawn on them, a video for a
    video); for detectors ``predictions.json`` (COCO results) and ``images.json`` (their images and
    categories, a COCO file without annotations); for segmenters ``label_maps/``; for panoptic
    models ``panoptic.json`` and ``panoptic/`` in COCO's format; ``found_by_size.json``.
    For classifiers ``classes.json`` and ``classes.csv``, the five classes that score highest.

    Args:
        checkpoint: Trained weights, a work directory, or an exported file, as
            :class:`~res2net_mm.Predictor` takes them.
        inputs: Images, folders, glob patterns, videos, URLs of streams. Ctrl-C ends a stream.
        out: The folder to write into; made where it is missing.
        config: The config; None for the one that the checkpoint holds.
        score: Least score of an object; ``best`` for that of the best F1 of an evaluation, or
            ``by-size`` for one for each size, as the metadata of an exported file or the
            ``ap_by_size.json`` beside a checkpoint has them.
        classes: Names of the classes to keep; None for all.
        device: As torch calls it; default the GPU if there is one.
        fused: Whether batch norms are folded into convolutions.
        batch_size: Images of one size that are run together.
        slice_size: Side in px of the windows that large images are cut into; None for none.
        overlap: Share of a window that its neighbour has, too.
        pictures: Whether to draw pictures and videos.
        progress: Whether to show progress.
        say: Gets the messages and the table.

    Returns:
        How many objects (regions of a segmenter) were found: class -> size bin -> count. For a
        classifier the images that a class came first in: class -> ``all`` -> count.

    Raises:
        UserError: Something the user can mend; nothing is written before the inputs and the model
            are found.
    """
    score = check_score(score)
    out = Path(out)
    if out.exists() and not out.is_dir():
        raise UserError(f'{argument("out", str(out))} is a file; name a folder')
    found, videos, messages = find_inputs(inputs)
    for message in messages:
        say(message)
    predictor = Predictor(
        checkpoint,
        config,
        device=device,
        fused=fused,
        batch_size=batch_size,
        slice_size=slice_size,
        overlap=overlap,
    )
    rule = find_score_rule(score, predictor)
    run = _Run(predictor, out, rule=rule, classes=classes, pictures=pictures)
    unreadable: list[str] = []
    for _ in track(
        run.over_pictures(found, unreadable), 'predict', total=len(found), shown=progress
    ):
        pass
    for video in videos:
        rate, frames = video.describe()
        with suppress(KeyboardInterrupt) if frames is None else ExitStack():
            for _ in track(run.over_video(video, rate), video.name, total=frames, shown=progress):
                pass
    for message in unreadable:
        say(message)
    if run.results is None:
        raise UserError(f'none of the {len(found)} images can be read')
    run.results.finish()
    if isinstance(run.results, ClassResults):
        say(run.summary())
        return {name: {ALL: count} for name, count in run.results.counts.items()}
    counts = run.sizes.counts()
    by_size = {size_bin.name: least for size_bin, least in rule.by_size}
    content = dict(images=run.sizes.images, score=by_size or rule.score, found=counts)
    write_json_file(content, out / FOUND)
    say(run.summary())
    return counts


class _Run:
    """One call of :func:`predict`: what it keeps between pictures."""

    def __init__(
        self,
        predictor: Predictor,
        out: Path,
        *,
        rule: ScoreRule,
        classes: Sequence[str] | None,
        pictures: bool,
    ) -> None:
        self.predictor, self.out, self.rule, self.pictures = predictor, out, rule, pictures
        names = predictor.classes
        if unknown := [name for name in classes or () if name not in names]:
            raise UserError(
                f'{argument("classes")} {", ".join(unknown)}: the model has no such class; it has '
                f'{", ".join(names[:100])}'
            )
        self.chosen = None if classes is None else [names.index(name) for name in classes]
        self.sizes = FoundBySize(names)
        self.colours = class_colours(len(names), predictor.palette)
        self.letters: dict[int, Lettering] = {}
        self.results: Results | None = None

    def over_pictures(self, pictures: Iterable[Picture], unreadable: list[str]) -> Iterator[None]:
        """Predict, count and write each picture; name those that cannot be read."""
        for picture, sample in self.predictor.predict(pictures, unreadable=unreadable):
            drawn = self._take(picture, sample)
            if drawn is not None:
                _write_picture(drawn, self.out / 'pictures' / picture.name)
            yield

    def over_video(self, video: Video, rate: float) -> Iterator[None]:
        """Predict on each frame, and write a video of the drawn ones."""
        predicted = self.predictor.predict(video)
        if not self.pictures:
            for picture, sample in predicted:
                self._take(picture, sample)
                yield
            return
        first = next(predicted, None)
        if first is None:
            raise UserError(f'video {video.source} holds no frame that can be decoded')
        target = (self.out / 'pictures' / video.name).with_suffix('.mp4')
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(target) as partial:
            writer = None
            try:
                for picture, sample in chain([first], predicted):
                    drawn = self._take(picture, sample)
                    assert drawn is not None
                    if writer is None:
                        size = drawn.shape[1::-1]
                        code = cv2.VideoWriter.fourcc(*CODEC)
                        writer = cv2.VideoWriter(str(partial), code, rate, size)
                        if not writer.isOpened():
                            raise UserError(f'this build of OpenCV cannot write {CODEC} videos')
                    writer.write(cv2.resize(drawn, size) if drawn.shape[1::-1] != size else drawn)
                    yield
            finally:
                if writer is not None:
                    writer.release()

    def summary(self) -> str:
        """Return the table of what was found, and where the files are."""
        assert self.results is not None
        files = list(self.results.files)
        if isinstance(self.results, ClassResults):
            count = len(self.results.entries)
            lines = [f'the class that scores highest, {count} images', self.results.table()]
        else:
            sizes, segments = self.sizes, isinstance(self.results, LabelResults)
            what = 'regions' if segments else f'objects with a score of at least {self.rule}'
            lines = [f'found: {what} by size (area), {sizes.images} images', sizes.table()]
            files.append(FOUND)
        lines += {said for letters in self.letters.values() if (said := letters.said())}
        files += ['pictures/'] if self.pictures else []
        return '\n'.join([*lines, f'written to {self.out}: {", ".join(files)}'])

    def _take(self, picture: Picture, sample: Any) -> np.ndarray | None:
        """Count and keep what was found; return the drawn picture."""
        if self.results is None:
            kind = kind_of(sample)
            self.out.mkdir(parents=True, exist_ok=True)
            self.results = kind(self.out, self.predictor.classes)
        results, classes = self.results, self.predictor.classes
        if isinstance(results, BoxResults):
            found = found_objects(sample, classes=self.chosen)
            found = pick_sure(found, self.rule, sample.ori_shape[:2])
            self.sizes.add_objects(found)
            results.add(picture.name, sample.ori_shape[:2], found)
        elif isinstance(results, PanopticResults):
            labels, edges = results.add(picture.name, sample, self.chosen)
            infos = results.entries[-1]['segments_info']
            label_of, area_of = ([info[key] for info in infos] for key in ('category_id', 'area'))
            self.sizes.add(np.array(label_of, int) - 1, np.array(area_of, int))
        elif isinstance(results, ClassResults):
            answers = results.add(picture.name, sample, self.chosen)
        else:
            assert isinstance(results, LabelResults)
            labels, edges = results.add(picture.name, sample, self.chosen), None
            self.sizes.add_labels(labels)
        if not self.pictures:
            return None
        image = read_pixels(picture)
        size = letter_size(image)
        if size not in self.letters:
            self.letters[size] = Lettering(classes, size=size)
        if isinstance(results, BoxResults):
            return draw_objects(image, found, classes, self.colours, self.letters[size])
        if isinstance(results, ClassResults):
            return draw_answers(Answers(image, *answers), classes, self.letters[size])
        return draw_labels(image, labels, classes, self.colours, self.letters[size], edges)


def _write_picture(picture: np.ndarray, path: Path) -> None:
    if not cv2.haveImageWriter(str(path)) or path.suffix.lower() in ('.gif', '.pgm'):
        path = path.with_name(path.name + '.png')
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, durable=False) as partial:
        cv2.imwrite(str(partial), picture)

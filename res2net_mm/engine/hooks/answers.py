"""Draw every image of a classifier's test set with the classes that it is taken for."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmengine.structures import BaseDataElement

from res2net_mm.errors import UserError
from res2net_mm.lettering import Lettering
from res2net_mm.registry import HOOKS
from res2net_mm.whole_file import whole_file

if TYPE_CHECKING:
    from res2net_mm.evaluation.classification.answer_pictures import Answers

NAMED = 3  # classes below a picture


@HOOKS.register_module(force=True)  # a reload is harmless
class AnswerPictureHook(Hook):
    """Write a picture for each image of a test run, into a folder for each class of the truth.

    Args:
        out_dir: Where to write.

    Raises:
        UserError: An image can no longer be read.
    """

    def __init__(self, out_dir: str) -> None:
        self.out_dir = Path(out_dir)
        self.written: dict[Path, int] = {}  # how often a name came

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any, outputs: Sequence[BaseDataElement]
    ) -> None:
        from res2net_mm.evaluation.classification.answer_pictures import draw_answers

        classes = runner.test_dataloader.dataset.metainfo['classes']
        letters = Lettering(classes)
        for sample in outputs:
            image = cv2.imread(sample.img_path)
            if image is None:
                raise UserError(f'image {sample.img_path} can no longer be read')
            answers = answers_of(sample, image)
            folder = self.out_dir / ('' if answers.truth is None else classes[answers.truth])
            path = folder / f'{Path(sample.img_path).stem}.png'
            times = self.written[path] = self.written.get(path, 0) + 1
            if times > 1:
                path = path.with_stem(f'{path.stem}_{times}')
            folder.mkdir(parents=True, exist_ok=True)
            with whole_file(path, durable=False) as partial:
                cv2.imwrite(str(partial), draw_answers(answers, classes, letters))

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        runner.logger.info(f'pictures of the predictions: {self.out_dir}')


def answers_of(sample: BaseDataElement, image: np.ndarray) -> 'Answers':
    """Return the classes that score highest in a data sample of MMPretrain, and the true one."""
    from res2net_mm.evaluation.classification.answer_pictures import Answers

    scores, labels = sample.pred_score.topk(min(NAMED, len(sample.pred_score)))
    truth = int(sample.gt_label[0]) if len(sample.get('gt_label', ())) == 1 else None
    return Answers(image, labels.cpu().numpy(), scores.cpu().numpy(), truth)

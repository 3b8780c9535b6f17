#!/usr/bin/env python
"""Run a file that ``res2net-mm export`` wrote, with its engine, NumPy and OpenCV alone.

    python tools/run_exported.py detector.onnx street.jpg    # pip install onnxruntime
    python tools/run_exported.py segmenter.xml street.jpg    # pip install openvino

Neither PyTorch nor anything of OpenMMLab is needed, and this script runs wherever it is copied to.
The file names its classes and how images are resized; it normalises and pads inside.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Run = Callable[[np.ndarray], list[np.ndarray]]  # (1, 3, H, W) -> the file's outputs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('file', type=Path, help='exported file, .onnx or .xml')
    parser.add_argument('image', type=Path)
    parser.add_argument('--score', type=float, default=0.3, help='least score of a box')
    parser.add_argument('--out', type=Path, default='predictions.png', help='picture to write')
    args = parser.parse_args()
    require_writable(args.out)
    picture = read_picture(args.image)
    run, metadata = open_file(args.file)
    if metadata['task'] == 'classification':
        image, scale = as_input(prepare_whole(picture, metadata['preparation'])), np.ones(2)
    else:
        image, scale = prepare(picture, metadata['resize'])
    try:
        outputs = run(image)
    except Exception as error:  # each engine raises exceptions of its own
        height, width = image.shape[2:]
        raise fault(
            f'{args.file}, which is open in {metadata["open_in"]}, fails on {args.image} in '
            f'{height}x{width} px: {first_line(error)}'
        ) from error
    if metadata['task'] == 'detection':
        boxes, scores, labels = (output[0] for output in outputs)
        for box, score, label in zip(boxes, scores, labels, strict=True):
            if label < 0 or score < args.score:
                continue
            x1, y1, x2, y2 = box / np.tile(scale, 2)
            print(f'{metadata["classes"][label]} {score:.3f} {x1:.1f} {y1:.1f} {x2:.1f} {y2:.1f}')
            cv2.rectangle(picture, (int(x1), int(y1)), (int(x2), int(y2)), (0, 200, 0), 2)
    elif metadata['task'] == 'classification':
        scores = outputs[0][0]
        for label in np.argsort(-scores)[:5]:
            print(f'{metadata["classes"][label]} {scores[label]:.3f}')
        return  # there is nothing to draw
    else:
        labels = outputs[0][0].astype(np.uint8)
        labels = cv2.resize(labels, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
            print(f'{metadata["classes"][label]} {count / labels.size:.1%} of the pixels')
        colours = np.random.default_rng(0).integers(0, 256, (256, 3), np.uint8)
        picture = cv2.addWeighted(picture, 0.5, colours[labels], 0.5, 0)
    if not cv2.imwrite(str(args.out), picture):
        raise fault(f'--out {args.out} cannot be written')


def open_file(path: Path) -> tuple[Run, dict[str, Any]]:
    """Return what runs an exported file, and the file's metadata."""
    openers = {'.onnx': open_onnx, '.xml': open_openvino}
    if path.suffix not in openers:
        raise fault(
            f'{path} must end in .onnx or .xml: the others run in PyTorch (.pt2: '
            'torch.export.load), and `res2net-mm export` turns a checkpoint into one of these'
        )
    for file in (path, path.with_suffix('.bin')) if path.suffix == '.xml' else (path,):
        if not file.is_file():
            raise fault(f'{file} {"is a folder" if file.is_dir() else "does not exist"}')
    try:
        run, metadata = openers[path.suffix](path)
    except ImportError as error:
        raise fault(f'{path} needs {error.name}: pip install {error.name}') from error
    except Exception as error:  # each engine raises exceptions of its own
        raise fault(
            f'{path} is not a file that `res2net-mm export` wrote: {first_line(error)}'
        ) from error
    if metadata['task'] == 'features':
        raise fault(f'{path} returns feature maps, which cannot be shown: export the whole model')
    return run, metadata


def open_onnx(path: Path) -> tuple[Run, dict[str, Any]]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # failures are raised as well
    session = onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])
    metadata = json.loads(session.get_modelmeta().custom_metadata_map['res2net_mm'])
    return lambda image: session.run(None, {'image': image}), metadata


def open_openvino(path: Path) -> tuple[Run, dict[str, Any]]:
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    metadata = json.loads(model.get_rt_info('res2net_mm').astype(str))
    # Unless told otherwise OpenVINO computes in bfloat16 where the processor has it, which moves
    # scores by 0.05 and boxes by pixels. The file was checked in float32.
    settings = metadata.get('openvino_config', {'INFERENCE_PRECISION_HINT': 'f32'})
    compiled = core.compile_model(model, 'CPU', settings)
    return lambda image: list(compiled(image).values()), metadata


def prepare(picture: np.ndarray, resize: dict[str, Any] | None) -> tuple[np.ndarray, np.ndarray]:
    """(H, W, 3), BGR, uint8 -> (1, 3, H', W'), float32, and the scale (across, down)."""
    height, width = picture.shape[:2]
    size = width, height
    if resize and resize['keep_ratio']:
        long, short = max(resize['scale']), min(resize['scale'])
        factor = min(long / max(size), short / min(size))
        size = int(width * factor + 0.5), int(height * factor + 0.5)
    elif resize:
        size = tuple(resize['scale'])
    return as_input(cv2.resize(picture, size)), np.array([size[0] / width, size[1] / height])


def prepare_whole(picture: np.ndarray, steps: list[dict[str, Any]]) -> np.ndarray:
    """Resize and crop a picture (H, W, 3), BGR, uint8, as a classifier's test set is."""
    for step in steps:
        height, width = picture.shape[:2]
        if step['type'] == 'ResizeEdge' and step.get('edge', 'short') == 'short':
            side = step['scale']
            size = (side, int(side * height / width))
            if width >= height:
                size = (int(side * width / height), side)
            picture = resize(picture, size, step)
        elif step['type'] == 'Resize' and not step.get('keep_ratio'):
            scale = step['scale']
            picture = resize(picture, (scale, scale) if isinstance(scale, int) else scale, step)
        elif step['type'] == 'CenterCrop':
            crop = step['crop_size']
            across, down = (crop, crop) if isinstance(crop, int) else crop
            top, left = (max(0, round((a - b) / 2)) for a, b in ((height, down), (width, across)))
            picture = picture[top : top + down, left : left + across]
        else:
            raise fault(f'this script has no step {step}, which the file asks for')
    return picture


def resize(picture: np.ndarray, size: tuple[int, int], step: dict[str, Any]) -> np.ndarray:
    """Resize to (width, height) by the library and the interpolation that a step names."""
    how = step.get('interpolation', 'bilinear')
    if step.get('backend', 'cv2') == 'cv2':
        names = dict(bilinear=cv2.INTER_LINEAR, bicubic=cv2.INTER_CUBIC, nearest=cv2.INTER_NEAREST)
        return cv2.resize(picture, size, interpolation=names[how])
    try:
        from PIL import Image
    except ImportError as error:
        raise fault('the file asks for images resized by Pillow: pip install pillow') from error
    names = dict(
        bilinear=Image.Resampling.BILINEAR,
        bicubic=Image.Resampling.BICUBIC,
        nearest=Image.Resampling.NEAREST,
    )
    return np.asarray(Image.fromarray(picture).resize(size, names[how]))


def as_input(picture: np.ndarray) -> np.ndarray:
    """(H, W, 3), uint8 -> (1, 3, H, W), float32."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32))


def read_picture(path: Path) -> np.ndarray:
    if path.is_dir():
        raise fault(f'{path} is a folder, give one image')
    if not path.is_file():
        raise fault(f'{path} does not exist')
    picture = cv2.imread(str(path))
    if picture is None:
        raise fault(f'{path} cannot be read as an image')
    return picture


def require_writable(out: Path) -> None:
    """End the program if a picture cannot be written there."""
    if not out.parent.is_dir():
        raise fault(f'--out {out} cannot be written: {out.parent} is not a folder')
    if out.is_dir():
        raise fault(f'--out {out} is a folder, name a picture to write')
    if not cv2.haveImageWriter(str(out)):
        raise fault(f'--out {out} must end in .png, .jpg or another suffix of pictures')


def fault(message: str) -> SystemExit:
    """Print an error and return the exception that ends the program."""
    print(f'error: {message}', file=sys.stderr)
    return SystemExit(2)


def first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or ['']
    return f'{type(error).__name__}: {lines[0][:200]}'


if __name__ == '__main__':
    main()

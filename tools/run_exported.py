#!/usr/bin/env python
"""Run a file that tools/export_model.py wrote, with its engine, NumPy and OpenCV alone.

    python tools/run_exported.py detector.onnx street.jpg    # pip install onnxruntime
    python tools/run_exported.py segmenter.xml street.jpg    # pip install openvino

Neither PyTorch nor anything of OpenMMLab is needed. The file says by itself what its classes are
and how images are resized; it normalises and pads inside.
"""

import argparse
import json

import cv2
import numpy as np


def open_file(path):
    """Return what runs the file, an array in and the outputs out, and what it says of itself."""
    if path.endswith('.onnx'):
        import onnxruntime

        session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
        metadata = json.loads(session.get_modelmeta().custom_metadata_map['res2net_mm'])
        return lambda image: session.run(None, {'image': image}), metadata
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    metadata = json.loads(model.get_rt_info('res2net_mm').astype(str))
    compiled = core.compile_model(model, 'CPU')
    return lambda image: list(compiled(image).values()), metadata


def prepared(picture, resize):
    """(H, W, 3), BGR, uint8 -> (1, 3, H', W'), float32, and the scale (across, down)."""
    height, width = picture.shape[:2]
    size = width, height
    if resize and resize['keep_ratio']:
        long, short = max(resize['scale']), min(resize['scale'])
        factor = min(long / max(size), short / min(size))
        size = int(width * factor + 0.5), int(height * factor + 0.5)
    elif resize:
        size = tuple(resize['scale'])
    image = cv2.resize(picture, size).transpose(2, 0, 1)[None].astype(np.float32)
    return np.ascontiguousarray(image), np.array([size[0] / width, size[1] / height])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('file', help='.onnx or .xml')
    parser.add_argument('image')
    parser.add_argument('--score', type=float, default=0.3, help='least score of a box')
    parser.add_argument('--out', default='predictions.png', help='picture to write')
    args = parser.parse_args()
    run, metadata = open_file(args.file)
    picture = cv2.imread(args.image)
    if picture is None:
        raise SystemExit(f'error: {args.image} does not exist or cannot be read as an image')
    image, scale = prepared(picture, metadata['resize'])
    if metadata['task'] == 'detection':
        boxes, scores, labels = (output[0] for output in run(image))
        for box, score, label in zip(boxes, scores, labels, strict=True):
            if label < 0 or score < args.score:
                continue
            x1, y1, x2, y2 = box / np.tile(scale, 2)
            print(f'{metadata["classes"][label]} {score:.3f} {x1:.1f} {y1:.1f} {x2:.1f} {y2:.1f}')
            cv2.rectangle(picture, (int(x1), int(y1)), (int(x2), int(y2)), (0, 200, 0), 2)
    else:
        labels = run(image)[0][0].astype(np.uint8)
        labels = cv2.resize(labels, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        for label, count in zip(*np.unique(labels, return_counts=True), strict=True):
            print(f'{metadata["classes"][label]} {count / labels.size:.1%} of the pixels')
        colours = np.random.default_rng(0).integers(0, 256, (256, 3), np.uint8)
        picture = cv2.addWeighted(picture, 0.5, colours[labels], 0.5, 0)
    cv2.imwrite(args.out, picture)


if __name__ == '__main__':
    main()

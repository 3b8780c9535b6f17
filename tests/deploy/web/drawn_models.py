"""Exported files of a few operators, whose answers each pixel counts for."""

import json

import numpy as np

DETECTOR = dict(
    task='detection',
    classes=['</script>', '猫'],
    resize=dict(scale=[100, 75], keep_ratio=True),
    open_in='nothing',
    outputs=['boxes', 'scores', 'labels'],
)
SEGMENTER = dict(
    task='segmentation',
    classes=['road', 'sky'],
    resize=None,
    open_in='nothing',
    outputs=['labels'],
)


def write_onnx(path, metadata):
    """Write a model to whose outputs each pixel counts.

    Four boxes, one of them unused, are sums of pixels with random weights; labels are a threshold.
    """
    import onnx
    from onnx import helper, numpy_helper

    detects = metadata['task'] != 'segmentation'
    rng = np.random.default_rng(0)
    constants = dict(
        weight=rng.uniform(0, 0.003, (1, 3, 16, 16)).astype(np.float32),
        shape=np.array([1, -1]),
        start=np.array([0]),
        end=np.array([16]),
        axis=np.array([1]),
        as_boxes=np.array([1, 4, 4]),
        scores=np.array([[0.9, 0.5, 0.2, 0]], np.float32),
        labels=np.array([[1, 0, 1, -1]]),
        threshold=np.float32(300),
        one=np.array([1]),
    )
    nodes = [
        helper.make_node('Constant', [], [name], value=numpy_helper.from_array(array, name))
        for name, array in constants.items()
        if detects or name not in ('scores', 'labels')
    ]
    if detects:
        nodes += [
            helper.make_node('Conv', ['image', 'weight'], ['map'], strides=[16, 16]),
            helper.make_node('Reshape', ['map', 'shape'], ['flat']),
            helper.make_node('Slice', ['flat', 'start', 'end', 'axis'], ['some']),
            helper.make_node('Reshape', ['some', 'as_boxes'], ['boxes']),
        ]
        outputs = dict(boxes=(1, [1, 4, 4]), scores=(1, [1, 4]), labels=(7, [1, 4]))
    else:
        nodes += [
            helper.make_node('ReduceSum', ['image', 'one'], ['sum'], keepdims=0),
            helper.make_node('Greater', ['sum', 'threshold'], ['is_bright']),
            helper.make_node('Cast', ['is_bright'], ['labels'], to=7),
        ]
        outputs = dict(labels=(7, [1, 'h', 'w']))
    graph = helper.make_graph(
        nodes,
        'model',
        [helper.make_tensor_value_info('image', 1, [1, 3, 'h', 'w'])],
        [helper.make_tensor_value_info(name, *shape) for name, shape in outputs.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 20)], ir_version=10)
    helper.set_model_props(model, dict(res2net_mm=json.dumps(metadata)))
    onnx.save(model, path)
    return path

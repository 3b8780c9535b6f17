"""Write one HTML file that runs an exported model in a browser, on a picture or the camera.

res2net-mm demo-page detector.onnx -o page.html --results work_dirs/detector
"""

from argparse import ArgumentParser
from typing import Any


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add('model', help='detector or segmenter that `res2net-mm export` wrote, .onnx')
    add('-o', '--out', metavar='FILE', help="page to write; default the model's name with .html")
    add(
        '--results',
        metavar='PATH',
        help='work directory, ap_by_size.json or iou_by_size.json to show beside the picture',
    )
    add('--title', help="heading of the page; default the model's name")
    add(
        '--engine',
        metavar='FILE',
        help='the npm package onnxruntime-web as a file; by default npm downloads it once',
    )


def run(model: str, **options: Any) -> None:
    from res2net_mm.deploy.web.demo_page import write_demo_page

    page = write_demo_page(model, **options)
    print(f'{page}: {page.stat().st_size / 1e6:.1f} MB, opens in any browser of today')

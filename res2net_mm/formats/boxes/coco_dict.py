"""Build a COCO dict object by object, as readers of other layouts do."""

from collections.abc import Sequence
from typing import Any


class CocoDict:
    """Images and their objects under COCO's names.

    Args:
        names: Names of the classes; their category ids are 1, 2, ...
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.ids = {name: index for index, name in enumerate(names, start=1)}
        self.images: list[dict[str, Any]] = []
        self.annotations: list[dict[str, Any]] = []

    def add_image(self, file_name: str, height: int, width: int) -> None:
        """Add an image; the objects that follow are its own."""
        number = len(self.images) + 1
        image = dict(id=number, file_name=file_name, height=height, width=width)
        self.images.append(image)

    def add(
        self,
        name: str,
        points: Sequence[tuple[float, float]],
        *,
        is_polygon: bool = False,
        **more: Any,
    ) -> None:
        """Add an object of the last image.

        Args:
            name: Name of the class.
            points: Two opposite corners of the box, or the points of the polygon, (x, y) in px.
            is_polygon: Whether the points are a polygon.
            more: More keys of the annotation, such as ``iscrowd``.
        """
        xs, ys = zip(*points, strict=True)
        box = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
        annotation = dict(
            id=len(self.annotations) + 1,
            image_id=self.images[-1]['id'],
            category_id=self.ids[name],
            bbox=box,
            area=polygon_area(points) if is_polygon else box[2] * box[3],
            iscrowd=0,
        )
        if is_polygon:
            annotation['segmentation'] = [[value for point in points for value in point]]
        self.annotations.append({**annotation, **more})

    def as_dict(self) -> dict[str, Any]:
        """Return the dict."""
        categories = [dict(id=number, name=name) for name, number in self.ids.items()]
        return dict(images=self.images, annotations=self.annotations, categories=categories)


def polygon_area(points: Sequence[tuple[float, float]]) -> float:
    """Return the area of a polygon in px^2."""
    shifted = [*points[1:], points[0]]
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(points, shifted, strict=True))
    return abs(twice) / 2

"""A backbone's feature maps described under the names that other libraries read.

``stage_names``, ``num_features``, ``out_features``, ``out_feature_channels`` and ``channels`` are
those of transformers' ``AutoBackbone``; ``strides`` are what anchor generators take.
"""

from collections.abc import Sequence
from itertools import accumulate
from operator import mul


class DescribedFeatures:
    """Describes the feature maps of a backbone; a base class.

    Attributes:
        out_indices: The stages that are returned, from 0.
        num_features: Channels of the stem and of each stage, returned or not.
        all_strides: Input size over size of the stem's output and of each stage's.
        out_channels: Channels of each returned feature map.
    """

    out_indices: tuple[int, ...]
    num_features: tuple[int, ...]
    all_strides: tuple[int, ...]
    out_channels: tuple[int, ...]

    def describe(
        self, *, channels: Sequence[int], stem_stride: int, pool: int, strides: Sequence[int]
    ) -> None:
        """Set the attributes.

        Args:
            channels: Channels of the stem and of each stage.
            stem_stride: Stride of the stem.
            pool: Stride of the pooling between stem and stages.
            strides: Stride of each stage.
        """
        self.num_features = tuple(channels)
        stages = tuple(accumulate(strides, mul, initial=stem_stride * pool))[1:]
        self.all_strides = (stem_stride, *stages)
        self.out_channels = tuple(channels[i + 1] for i in self.out_indices)

    @property
    def stage_names(self) -> list[str]:
        """``stem``, ``stage1`` and so on; stage i of ``out_indices`` is ``stage{i + 1}``."""
        return ['stem', *(f'stage{i}' for i in range(1, len(self.num_features)))]

    @property
    def out_features(self) -> list[str]:
        """The names of the returned feature maps."""
        return [f'stage{i + 1}' for i in self.out_indices]

    @property
    def out_feature_channels(self) -> dict[str, int]:
        """The channels of the stem and of each stage by name, returned or not."""
        return dict(zip(self.stage_names, self.num_features, strict=True))

    @property
    def channels(self) -> list[int]:
        """The channels of each returned feature map; ``out_channels`` as a list."""
        return list(self.out_channels)

    @property
    def strides(self) -> list[int]:
        """Input size over size of each returned feature map: 4, 8, 16, 32 by default."""
        return [self.all_strides[i + 1] for i in self.out_indices]

"""What every module that is exported is."""

from collections.abc import Sequence

from torch import nn


class Exportable(nn.Module):
    """A network whose forward takes one tensor and returns a tuple of tensors.

    Attributes:
        task: detection, segmentation or features.
        outputs: The names of what it returns.
    """

    task: str
    outputs: Sequence[str]

    def described(self) -> dict:
        """Return what is known of input and output, for the metadata of a file."""
        raise NotImplementedError

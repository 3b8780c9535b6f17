"""Channels of the small feature maps that heads are tested with, at strides 4, 8, 16 and 16."""

CHANNELS = (8, 12, 16, 20)

"""Folders of images to train on: recognise and check them, draw one, point a config at them."""

from .demo_set import draw_demo_set

__all__ = ['draw_demo_set']

"""The installed command: a file per command, and the options that several of them share."""

from .main import main

__all__ = ['main']

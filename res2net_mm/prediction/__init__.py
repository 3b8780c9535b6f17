"""Predict on a user's own pictures with a trained model."""

from .predict import predict
from .predictor import Predictor

__all__ = ['Predictor', 'predict']

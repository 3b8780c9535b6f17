"""See what a network sees: class activation maps and receptive fields, by stage and by split."""

from res2net_mm.openmmlab.internals import graph_kept

from .activation_map import METHODS, CamRow, activation_maps, draw_cam_sheet
from .effective_receptive_field import ReceptiveField, measure_receptive_fields
from .feature_maps import FeatureMaps, places_of
from .receptive_fields import draw_receptive_fields, receptive_field_table
from .target import Target, choose_target
from .theoretical_receptive_field import theoretical_receptive_fields

__all__ = [
    'METHODS', 'CamRow', 'FeatureMaps', 'ReceptiveField', 'Target', 'activation_maps',
    'choose_target', 'draw_cam_sheet', 'draw_receptive_fields', 'graph_kept',
    'measure_receptive_fields', 'places_of', 'receptive_field_table',
    'theoretical_receptive_fields',
]  # fmt: skip

"""Evaluation by object size: AP and AR, IoU, saliency, accuracy in bins; functions and metrics."""

from res2net_mm.evaluation.bootstrap import with_intervals
from res2net_mm.evaluation.classification.accuracy_metric import AccuracyMetric
from res2net_mm.evaluation.classification.class_predictions import ClassPredictions
from res2net_mm.evaluation.comparison import Comparison, compare_results
from res2net_mm.evaluation.detection.ap_by_size import evaluate_by_size, result_of
from res2net_mm.evaluation.detection.coco.detections import Results, read_results
from res2net_mm.evaluation.detection.coco.ground_truth import GroundTruth, read_ground_truth
from res2net_mm.evaluation.detection.keypoint_metric import KeypointMetric
from res2net_mm.evaluation.detection.matches import Matches
from res2net_mm.evaluation.detection.saved_evaluation import (
    SavedEvaluation,
    read_saved_evaluation,
    save_evaluation,
)
from res2net_mm.evaluation.detection.size_metric import SizeMetric
from res2net_mm.evaluation.detection.size_result import (
    BinScores,
    SizeResult,
    class_table,
    size_table,
    write_json,
)
from res2net_mm.evaluation.detection.voc_results import read_voc_results
from res2net_mm.evaluation.regions import RegionSizeMetric
from res2net_mm.evaluation.result import ClassScores
from res2net_mm.evaluation.saliency import SaliencySizeMetric
from res2net_mm.evaluation.sheets import Boxes, Masks, draw_segmentation_sheet, draw_sheet
from res2net_mm.evaluation.size_bins import COCO_BINS, SizeBin, make_bins, parse_bins

__all__ = [
    'COCO_BINS',
    'AccuracyMetric',
    'BinScores',
    'Boxes',
    'ClassPredictions',
    'ClassScores',
    'Comparison',
    'GroundTruth',
    'KeypointMetric',
    'Masks',
    'Matches',
    'RegionSizeMetric',
    'Results',
    'SaliencySizeMetric',
    'SavedEvaluation',
    'SizeBin',
    'SizeMetric',
    'SizeResult',
    'class_table',
    'compare_results',
    'draw_segmentation_sheet',
    'draw_sheet',
    'evaluate_by_size',
    'make_bins',
    'parse_bins',
    'read_ground_truth',
    'read_results',
    'read_saved_evaluation',
    'read_voc_results',
    'result_of',
    'save_evaluation',
    'size_table',
    'with_intervals',
    'write_json',
]

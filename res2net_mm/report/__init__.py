"""Runs side by side: which sizes gained, whether it is noise, and what it looks like."""

from res2net_mm.report.compare import compare_runs
from res2net_mm.report.page.parts import Report, Section
from res2net_mm.report.page.writing import write_report

__all__ = ['Report', 'Section', 'compare_runs', 'write_report']

"""Hooks that check, report and record a run."""

"""Run an exported model in a browser."""

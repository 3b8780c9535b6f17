"""All that reads, edits or changes MMEngine and the toolboxes."""

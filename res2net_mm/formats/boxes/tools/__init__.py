"""Files of annotation tools as they save them, a tool each."""

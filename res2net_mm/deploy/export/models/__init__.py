"""Models of OpenMMLab as modules of tensors alone, as an exporter can record them."""

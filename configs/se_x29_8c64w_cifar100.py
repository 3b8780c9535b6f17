# Published: top-1 error 16.77 (paper table 4).
# The paper does not name the reduction of squeeze-and-excitation: 16 is SENet's.
_base_ = './x29_8c64w_cifar100.py'

model = dict(backbone=dict(se=16))

# Published: top-1 error 17.31 (paper table 4).
_base_ = './x29_8c64w_cifar100.py'

model = dict(backbone=dict(groups=16))

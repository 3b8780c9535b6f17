"""The data that the rows are trained and tested on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublishedData:
    """A published data set.

    Attributes:
        title: Its name.
        home: Where it is to be had.
        train: Images in its training split; None where that is not known for certain.
        test: Images in the split that the published numbers are of.
        size: What is to be downloaded, about.
        folder: What ``--data`` takes.
    """

    title: str
    home: str
    train: int | None
    test: int | None
    size: str
    folder: str

    def __str__(self) -> str:
        return f'{self.title} ({self.size}, {self.home})'


_COCO = 'train2017, val2017 and annotations in one folder'
_COCO_HOME = 'https://cocodataset.org/#download'
_VOC_HOME = 'http://host.robots.ox.ac.uk/pascal/VOC/'
_MASKS = 'a folder of images and 0/255 masks'

DATA = {
    'imagenet': PublishedData(
        'ImageNet (ILSVRC 2012)',
        'https://image-net.org',
        1281167,
        50000,
        '150 GB',
        'a folder with train and val, a folder of images for each class in both',
    ),
    'cifar100': PublishedData(
        'CIFAR-100',
        'https://www.cs.toronto.edu/~kriz/cifar.html',
        50000,
        10000,
        '0.2 GB',
        'a folder with train and test, a folder of images for each class in both',
    ),
    'coco': PublishedData('COCO 2017', _COCO_HOME, 118287, 5000, '20 GB', _COCO),
    'coco-panoptic': PublishedData(
        'COCO 2017 with panoptic annotations',
        _COCO_HOME,
        118287,
        5000,
        '21 GB',
        f'{_COCO}, with those of panoptic_train2017 and panoptic_val2017',
    ),
    'coco-keypoints': PublishedData(
        'COCO 2017 with person keypoints', _COCO_HOME, 118287, 5000, '20 GB', _COCO
    ),
    'voc07': PublishedData(
        'PASCAL VOC 2007', _VOC_HOME, 5011, 4952, '0.9 GB', 'a folder that holds VOC2007'
    ),
    'voc12aug': PublishedData(
        'PASCAL VOC 2012 with the additional labels of SBD',
        _VOC_HOME,
        10582,
        1449,
        '3 GB',
        'a folder of images and label maps, such as VOC2012',
    ),
    'sod-dss': PublishedData(
        'MSRA-B, and ECSSD, PASCAL-S, HKU-IS or DUT-OMRON to test on',
        'https://mmcheng.net/msra10k/',
        None,
        None,
        'some 1 GB',
        _MASKS,
    ),
    'sod-poolnet': PublishedData(
        'DUTS-TR, and ECSSD, PASCAL-S, DUT-OMRON, HKU-IS, SOD or DUTS-TE to test on',
        'http://saliencydetection.net/duts/',
        10553,
        None,
        'some 1 GB',
        _MASKS,
    ),
}

import cv2
import numpy as np
import pytest

from res2net_mm.errors import UserError
from res2net_mm.prediction.inputs import find_inputs, read_pixels


@pytest.fixture
def folder(tmp_path):
    for name in ('b.jpg', 'a.PNG', 'deep/er/c.webp', 'notes.txt', '.hidden.jpg', '街/図.png'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cv2.imencode('.png', np.zeros((4, 6, 3), np.uint8))[1].tobytes())
    (tmp_path / 'clip.MP4').touch()
    return tmp_path


def test_a_folder_is_searched_to_any_depth_and_what_is_left_out_is_counted(folder):
    pictures, videos, messages = find_inputs([folder])
    assert [p.name for p in pictures] == ['a.PNG', 'b.jpg', 'deep/er/c.webp', '街/図.png']
    assert [v.name for v in videos] == ['clip.MP4']
    assert '1 of 6 files are neither images' in messages[0]


def test_a_pattern_a_file_and_a_stream(folder):
    given = [folder / '*.jpg', folder / 'a.PNG', 'rtsp://camera:554/live']
    pictures, videos, messages = find_inputs(given)
    assert [p.name for p in pictures] == ['b.jpg', 'a.PNG']
    assert [(v.source, v.name) for v in videos] == [('rtsp://camera:554/live', 'camera_554_live')]
    assert not messages


def test_names_that_would_meet_in_one_result_file_are_numbered(folder):
    (folder / 'b.png').write_bytes((folder / 'b.jpg').read_bytes())
    pictures, _, _ = find_inputs([folder / 'b.jpg', folder / 'b.png', folder / 'b.jpg'])
    assert [p.name for p in pictures] == ['b.jpg', 'b-2.png', 'b-3.jpg']


def test_nothing_to_predict_on_is_one_error(tmp_path):
    with pytest.raises(UserError, match=r'missing.jpg does not exist'):
        find_inputs([tmp_path / 'missing.jpg'])
    with pytest.raises(UserError, match=r'no image or video in .*suffixes are .jpg'):
        find_inputs([tmp_path])


def test_a_video_gives_its_frames_and_a_broken_one_an_error(tmp_path):
    file = tmp_path / 'v.mp4'
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*'mp4v'), 10, (64, 48))
    for i in range(3):
        writer.write(np.full((48, 64, 3), 80 * i, np.uint8))
    writer.release()
    _, [video], _ = find_inputs([file])
    assert video.describe() == (10, 3)
    frames = list(video)
    assert [f.name for f in frames] == ['v.mp4/000000', 'v.mp4/000001', 'v.mp4/000002']
    assert [round(read_pixels(f).mean(), -1) for f in frames] == [0, 80, 160]
    file.write_bytes(b'no video')
    with pytest.raises(UserError, match='cannot be opened'):
        video.describe()

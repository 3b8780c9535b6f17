"""The tool on real folders: what it prints, its exit status, and what it writes."""

import json
import shutil

import pytest
from shipped_configs import LIGHT, LIGHT_SEGMENTER
from tool_process import one_error, run


@pytest.fixture
def broken_folder(coco_folder, tmp_path):
    """A copy of the folder with an image cut short and a box without width."""
    folder = shutil.copytree(coco_folder, tmp_path / 'broken')
    image = sorted((folder / 'train2017').iterdir())[0]
    image.write_bytes(image.read_bytes()[:500])
    file = folder / 'annotations/instances_val2017.json'
    content = json.loads(file.read_text())
    content['annotations'][0]['bbox'][2] = 0
    file.write_text(json.dumps(content))
    return folder


@pytest.mark.parametrize('config', [LIGHT, LIGHT_SEGMENTER], ids=lambda path: path.stem)
def test_a_clean_folder_gives_0(config, coco_folder, tmp_path):
    done = run('check_data.py', coco_folder, '--config', config, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == f'{coco_folder}: clean'
    name = f'work_dirs/check_data/{coco_folder.name}.png'
    files = [path for path in tmp_path.rglob('*') if path.is_file()]
    assert files == [tmp_path / name]


def test_a_broken_folder_gives_1_and_every_fault(broken_folder, tmp_path):
    picture = tmp_path / 'out/it.png'
    done = run('check_data.py', broken_folder, '--picture', picture, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert 'Traceback' not in done.stderr
    problems = [line for line in done.stdout.splitlines() if line.startswith('PROBLEM')]
    assert len(problems) == 2, done.stdout
    assert 'instances_train2017.json' in ''.join(problems)
    assert 'instances_val2017.json' in ''.join(problems)
    assert done.stdout.count('\n    fix: ') == 2
    assert picture.stat().st_size > 5_000


@pytest.mark.parametrize(
    ('arguments', 'named'),
    [(['nowhere'], 'nowhere is not a folder'), (['.', '--config', 'no.py'], 'no.py')],
)
def test_what_cannot_be_checked_gives_2(arguments, named, tmp_path):
    assert named in one_error(run('check_data.py', *arguments, cwd=tmp_path))
    assert not list(tmp_path.iterdir())


def test_training_runs_the_fast_part_on_the_data_of_its_config(coco_folder, tmp_path):
    folder = shutil.copytree(coco_folder, tmp_path / 'data/demo')
    image = sorted((folder / 'train2017').iterdir())[0]
    image.unlink()
    error = one_error(run('train.py', LIGHT, cwd=tmp_path))
    assert f'missing from data/demo/train2017: 1 ({image.name})' in error
    assert 'Fix: put them there' in error
    assert not (tmp_path / 'work_dirs').exists()

"""What `eval-by-size` gives to the library."""

FUNCTION = 'res2net_mm.evaluation.evaluate_saved.evaluate_saved'


def test_options_become_arguments(call):
    given = call(
        FUNCTION,
        'eval-by-size --gt g --dt d --layout yolo --bins a:0:5 b:5: --split val --tolerance 0.1 '
        '--classwise --errors --label-faults f --images i '
        '--bootstrap 9 --seed 3 --on-error skip --json j --area-of box '
        '--protocol voc07',
    )
    assert given.pop('options') == dict(
        bins=[('a', 0.0, 5.0), ('b', 5.0, float('inf'))],
        bins_by='area',
        split='val',
        layout='yolo',
        tolerance=0.1,
        classwise=True,
        errors=True,
        label_faults='f',
        images='i',
        bootstrap=9,
        seed=3,
        on_error='skip',
        json_path='j',
        area_of='box',
        protocol='voc07',
    )
    assert given == dict(gt='g', dt='d')


def test_options_of_one_kind_of_file_are_left_out_where_not_given(call):
    given = call(FUNCTION, 'eval-by-size --gt g --dt d')
    assert given['options'].keys() == {'bins', 'bins_by', 'seed'}


def test_a_picture_needs_the_errors(call):
    given = call(FUNCTION, 'eval-by-size --gt g --dt d --picture p.png')
    assert given['options']['errors'] is True
    assert 'picture' not in given['options']

"""What `convert-data` gives to the library."""


def test_options_become_arguments(call):
    given = call(
        'res2net_mm.data.conversion.convert_data.convert_data',
        'convert-data d o --to yolo --copy --layout voc --classes a b --ignore-index 0',
    )
    assert given == dict(
        data='d', out='o', to='yolo', copy=True, layout='voc', classes=['a', 'b'], ignore_index=0
    )

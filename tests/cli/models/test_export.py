"""What `export` gives to the library."""

from res2net_mm.deploy.export import export_model as module

FUNCTION = 'res2net_mm.deploy.export.export_model.export_model'


def test_options_become_arguments(call):
    given = call(
        FUNCTION,
        'export c.py w.pth --to openvino -o x.xml --part backbone --without-masks --int8 '
        '--calibration i j --max-drop 0.1 --images k --thresholds t.json --cfg-options a=1',
    )
    assert given == dict(
        config='c.py',
        checkpoint='w.pth',
        to='openvino',
        out='x.xml',
        part='backbone',
        without_masks=True,
        int8=True,
        calibration=['i', 'j'],
        max_drop=0.1,
        images=['k'],
        thresholds='t.json',
        cfg_options=dict(a=1),
    )


def test_the_help_names_the_defaults_of_the_library():
    assert module.PARTS == ('model', 'backbone')
    assert module.MAX_DROP == 0.02

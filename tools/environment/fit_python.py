"""Which Python the project runs on; written so that any Python can read it and say no."""

LOWEST, HIGHEST = (3, 10), (3, 14)


def python_fault(version):
    """Return why a Python of this version will not do, an empty string if it will."""
    if LOWEST <= tuple(version[:2]) <= HIGHEST:
        return ''
    found, lowest, highest = ('.'.join(map(str, v[:2])) for v in (version, LOWEST, HIGHEST))
    return (
        'Python ' + found + ' will not do, ' + lowest + ' to ' + highest + ' is needed: '
        'call this script with another one, or make with PYTHON=python' + highest + '.'
    )

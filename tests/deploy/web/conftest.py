"""The engine for browsers, and a browser."""

import pytest
from browser import PROGRAM, Browser

from res2net_mm.deploy.web.web_engine import web_engine
from res2net_mm.errors import UserError


@pytest.fixture(scope='session')
def engine():
    """The engine for browsers, downloaded once."""
    try:
        return web_engine()
    except UserError as error:
        pytest.skip(f'needs npm: {error}')


@pytest.fixture
def opened(tmp_path, engine):
    """Open pages, in a window of 1200x800 px or on a phone of 390x844 px."""
    if PROGRAM is None:
        pytest.skip('needs Chromium (`.ci/run` installs it)')
    browsers = []

    def open_page(page, *, mobile=False):
        size = (390, 844) if mobile else (1200, 800)
        profile = tmp_path / f'profile{len(browsers)}'
        browsers.append(Browser(profile, page.as_uri(), size, mobile=mobile))
        assert browsers[-1].wait('ready', 'error') == 'ready'
        return browsers[-1]

    yield open_page
    for browser in browsers:
        browser.close()

"""Chromium without a screen, driven by its DevTools protocol over pipes."""

import base64
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

PROGRAM = next(filter(None, map(shutil.which, ('chromium', 'google-chrome', 'chrome'))), None)


class Browser:
    """One page in a new profile, without a network.

    Args:
        profile: An empty folder.
        url: What to open.
        size: Width and height of the window in px; ``mobile`` is that of a phone.
    """

    def __init__(self, profile: Path, url: str, size: tuple[int, int], *, mobile: bool) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        self._process = subprocess.Popen(
            [
                'bash',  # other shells know descriptors of one digit only
                '-c',
                f'exec "$@" 3<&{to_read} 4>&{to_write}',
                'bash',
                str(PROGRAM),
                '--headless',
                '--no-sandbox',
                '--disable-gpu',
                '--no-first-run',
                '--disable-background-networking',
                '--disable-component-update',
                '--disable-sync',
                f'--user-data-dir={profile}',
                '--remote-debugging-pipe',
            ],
            pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._buffer, self._count, self._session = b'', 0, None
        self.requests: list[str] = []
        self.messages: list[str] = []
        target = self.call('Target.createTarget', url='about:blank')['targetId']
        attached = self.call('Target.attachToTarget', targetId=target, flatten=True)
        self._session = attached['sessionId']
        for domain in ('Network', 'Page', 'Runtime', 'DOM'):
            self.call(f'{domain}.enable')
        self.call(
            'Network.emulateNetworkConditions',
            offline=True,
            latency=0,
            downloadThroughput=0,
            uploadThroughput=0,
        )
        width, height = size
        metrics = dict(width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.call('Emulation.setDeviceMetricsOverride', **metrics)
        self.call('Page.navigate', url=url)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        self._count += 1
        number = self._count
        message = dict(id=number, method=method, params=parameters)
        if self._session:
            message['sessionId'] = self._session
        os.write(self._write, json.dumps(message).encode() + b'\0')
        while True:
            found = self._next()
            if found.get('id') == number:
                assert 'error' not in found, found
                return found['result']

    def run(self, script: str) -> Any:
        """Return the value of an expression in the page."""
        options = dict(returnByValue=True, awaitPromise=True)
        found = self.call('Runtime.evaluate', expression=script, **options)
        assert 'exceptionDetails' not in found, found
        return found['result'].get('value')

    def wait(self, *states: str, seconds: float = 120) -> str:
        """Wait until the page says that it is in one of some states."""
        end = time.monotonic() + seconds
        while (state := self.run('document.body?.dataset.state')) not in states:
            assert time.monotonic() < end, (state, self.messages)
            time.sleep(0.1)
        return state

    def choose_file(self, file: Path) -> None:
        """Choose a file in the page's only file input."""
        root = self.call('DOM.getDocument')['root']['nodeId']
        node = self.call('DOM.querySelector', nodeId=root, selector='input[type=file]')['nodeId']
        self.run('document.body.dataset.state = "waiting"')
        self.call('DOM.setFileInputFiles', nodeId=node, files=[str(file)])

    def screenshot(self, file: Path) -> Path:
        """Save what the page looks like, and return the file."""
        file.write_bytes(base64.b64decode(self.call('Page.captureScreenshot')['data']))
        return file

    def close(self) -> None:
        """End the browser."""
        self._process.kill()
        self._process.wait()
        os.close(self._read)
        os.close(self._write)

    def _next(self) -> dict[str, Any]:
        while b'\0' not in self._buffer:
            more = os.read(self._read, 1 << 20)
            assert more, 'the browser has ended'
            self._buffer += more
        text, self._buffer = self._buffer.split(b'\0', 1)
        found = json.loads(text)
        if found.get('method') == 'Network.requestWillBeSent':
            self.requests.append(found['params']['request']['url'])
        elif found.get('method') in ('Runtime.exceptionThrown', 'Runtime.consoleAPICalled'):
            self.messages.append(text.decode()[:2000])
        return found

import hashlib
import multiprocessing
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from res2net_mm.checkpoints import download
from res2net_mm.checkpoints.download import fetch
from res2net_mm.errors import UserError

CONTENT = bytes(range(256)) * 5000
NAME = f'weights-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth'


class Server(ThreadingHTTPServer):
    """Serves CONTENT under any name, as `fault` says."""

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.fault = None
        self.ranges = []
        self.answering = 0
        self.most_at_once = 0

    def url(self, name=NAME):
        return f'http://127.0.0.1:{self.server_port}/{name}?e=1'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.answering += 1
        self.server.most_at_once = max(self.server.most_at_once, self.server.answering)
        if self.server.fault == 'slow':
            time.sleep(0.2)
        self.answer()
        self.server.answering -= 1

    def answer(self):
        wanted = self.headers.get('Range')
        self.server.ranges.append(wanted)
        start = int(wanted[len('bytes=') : -1]) if wanted else 0
        if self.server.fault == 'missing':
            self.send_error(404)
        elif start >= len(CONTENT):
            self.send_error(416)
        else:
            self.send_response(206 if wanted else 200)
            body = CONTENT[start:]
            if self.server.fault == 'altered':
                body = body[:-1] + b'x'
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 3] if self.server.fault == 'breaks off' else body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs=dict(poll_interval=0.01)).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr('torch.hub.get_dir', lambda: str(tmp_path))
    return tmp_path / 'checkpoints'


def get(*urls, **options):
    return fetch(urls, allow_insecure=True, **options)


def files_in(folder):
    """The files in a folder, but for the locks, which stay."""
    return [file.name for file in folder.iterdir() if file.suffix != '.lock']


def test_fetched_once(server, folder):
    path = get(server.url())
    assert path == folder / NAME
    assert path.read_bytes() == CONTENT
    assert get(server.url()) == path
    assert len(server.ranges) == 1
    assert files_in(folder) == [NAME]


@pytest.mark.parametrize('again', [False, True])
def test_processes_that_download_at_once(server, folder, again):
    """One fetches while the others wait; then they find the file, or fetch it one by one."""
    server.fault = 'slow'
    fork = multiprocessing.get_context('fork')  # so that they have the folder of this test
    processes = [
        fork.Process(target=get, args=(server.url(),), kwargs=dict(again=again)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    assert len(server.ranges) == (4 if again else 1)
    assert server.most_at_once == 1
    assert (folder / NAME).read_bytes() == CONTENT
    assert files_in(folder) == [NAME]


def test_a_file_put_there_by_hand_is_found(folder):
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT)
    assert fetch(f'https://nowhere.invalid/{NAME}') == folder / NAME


def test_goes_on_where_it_broke_off(server):
    server.fault = 'breaks off'
    with pytest.raises(UserError, match=r'broke off|IncompleteRead'):
        get(server.url())
    server.fault = None
    assert get(server.url()).read_bytes() == CONTENT
    assert server.ranges == [None, f'bytes={len(CONTENT) // 3}-']


def test_a_truncated_file_is_fetched_again(server, folder):
    folder.mkdir()
    (folder / NAME).write_bytes(CONTENT[:1000])
    assert get(server.url()).read_bytes() == CONTENT


def test_a_file_without_a_hash_is_fetched_again_on_request(server, folder):
    folder.mkdir()
    (folder / 'weights.pth').write_bytes(CONTENT[:1000])
    assert get(server.url('weights.pth')).read_bytes() == CONTENT[:1000]
    assert get(server.url('weights.pth'), again=True).read_bytes() == CONTENT


@pytest.mark.parametrize('part', [b'another file', CONTENT + b'more'])
def test_a_part_that_does_not_fit_is_thrown_away(server, folder, part):
    folder.mkdir()
    (folder / f'{NAME}.part').write_bytes(part)
    assert get(server.url()).read_bytes() == CONTENT


def test_an_altered_file_is_refused_and_not_kept(server, folder):
    server.fault = 'altered'
    with pytest.raises(UserError, match=r'SHA-256 begins with [0-9a-f]{8}, not'):
        get(server.url())
    assert not files_in(folder)


def test_the_next_mirror_is_tried(server):
    with Server() as broken:
        broken.fault = 'missing'
        threading.Thread(target=broken.serve_forever, kwargs=dict(poll_interval=0.01)).start()
        assert get(broken.url(), server.url()).read_bytes() == CONTENT
        broken.shutdown()


def test_without_a_network_one_sentence_says_what_to_do(folder, monkeypatch):
    def offline(*_, **__):
        raise socket.gaierror(-2, 'Name or service not known')

    monkeypatch.setattr(socket, 'getaddrinfo', offline)
    url = f'https://weights.example.org/{NAME}'
    start = time.monotonic()
    with pytest.raises(UserError) as refusal:
        fetch(url)
    assert time.monotonic() - start < 5
    for part in (NAME, url, str(folder), 'pretrained=False', 'Name or service not known'):
        assert part in str(refusal.value)
    assert '\n' not in str(refusal.value)


def test_http_is_refused_unless_allowed():
    with pytest.raises(UserError, match='only https'):
        fetch(f'http://127.0.0.1/{NAME}')


def test_without_a_hash_nothing_is_fetched_unless_allowed(server, folder, monkeypatch):
    with pytest.raises(UserError, match='nothing says which file is the right one') as refusal:
        fetch('https://nowhere.invalid/weights.pth')
    assert download.ALLOW_INSECURE in str(refusal.value)
    assert not folder.exists()
    monkeypatch.setenv(download.ALLOW_INSECURE, '1')
    assert fetch(server.url('weights.pth')).read_bytes() == CONTENT


def test_a_hash_in_the_url_is_checked(server, folder):
    digits = hashlib.sha256(CONTENT).hexdigest()
    assert get(server.url('weights.pth') + f'#sha256={digits}').read_bytes() == CONTENT
    assert fetch(f'https://nowhere.invalid/weights.pth#sha256={digits}') == folder / 'weights.pth'
    with pytest.raises(UserError, match='SHA-256 begins with'):
        get(server.url('other.pth') + f'#sha256={digits[::-1]}')
    assert not (folder / 'other.pth').exists()


@pytest.mark.parametrize('name', ['a%2F..%2F..%2F..%2Fevil.pth', '..%2Fevil.pth'])
def test_a_url_cannot_name_a_file_outside_the_folder(name, server, folder):
    assert get(server.url(name)) == folder / 'evil.pth'


@pytest.mark.parametrize('url', ['https://host.invalid/', 'https://host.invalid/a/%2E%2E'])
def test_a_url_has_to_name_a_file(url):
    with pytest.raises(UserError, match='names no file'):
        fetch(url)


def test_a_redirection_must_stay_on_https():
    handler = download._StayOnHttps()
    with pytest.raises(OSError, match='not https'):
        handler.redirect_request(None, None, 302, '', {}, 'http://example.org/weights.pth')

"""The probe of the index of torch."""

import socket
import threading
import time

import pytest
from environment.torch_build import is_reachable


def test_the_probe_of_a_server_that_never_answers_ends_in_time():
    with socket.create_server(('127.0.0.1', 0)) as server:
        began = time.monotonic()
        assert not is_reachable(f'http://127.0.0.1:{server.getsockname()[1]}', seconds=0.5)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ('answer', 'reachable'), [('200 OK', True), ('404 Not Found', False), ('503 No', False)]
)
def test_the_probe_asks_once_and_heeds_the_status(monkeypatch, answer, reachable):
    monkeypatch.setenv('no_proxy', '127.0.0.1')
    requests = []
    with socket.create_server(('127.0.0.1', 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                requests.append(connection.recv(4096).split(b'\r\n')[0])
                connection.sendall(f'HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n'.encode())

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        address = f'http://127.0.0.1:{server.getsockname()[1]}/whl/cpu'
        assert is_reachable(address, seconds=5) is reachable
        thread.join(5)
    assert requests == [b'HEAD /whl/cpu/torch/ HTTP/1.1']

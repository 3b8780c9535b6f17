"""Sources of weights: the Hugging Face Hub, presets and their mirrors, on a server of this test."""

import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from mmengine.runner import load_checkpoint
from safetensors.torch import save as as_safetensors
from small_weights import V1B, holds

from res2net_mm import load_weights
from res2net_mm.backbones import Res2Net
from res2net_mm.checkpoints import open_checkpoint, sources
from res2net_mm.checkpoints.download import ALLOW_INSECURE
from res2net_mm.checkpoints.sources import find_source
from res2net_mm.errors import UserError
from res2net_mm.openmmlab.data_only import _load_from_zoo
from res2net_mm.presets import HUB_FILE, ONEDL, OPENMMLAB, PRESETS, Weights

REPO = 'hf://someone/res2net-light'


class Server(ThreadingHTTPServer):
    """Serves `files` by path; `asked` holds the paths in the order of the requests."""

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.files, self.asked = {}, []
        self.url = f'http://127.0.0.1:{self.server_port}'


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            return self.send_error(404)
        self.send_response(200)
        self.send_header('Content-Length', str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch, tmp_path):
    """A server in the place of huggingface.co; http is allowed, as it has no certificate."""
    monkeypatch.setattr('torch.hub.get_dir', lambda: str(tmp_path / 'hub'))
    monkeypatch.setenv(ALLOW_INSECURE, '1')
    with Server() as server:
        monkeypatch.setenv('HF_ENDPOINT', f'{server.url}/')
        threading.Thread(target=server.serve_forever, kwargs=dict(poll_interval=0.01)).start()
        yield server
        server.shutdown()


@pytest.fixture
def content(weights, save):
    """A function (suffix) -> the content of a file of weights."""

    def content(suffix):
        if suffix == 'safetensors':
            return as_safetensors(weights())
        return save(weights()).read_bytes()

    return content


@pytest.mark.parametrize('suffix', ['safetensors', 'pth'])
@pytest.mark.parametrize(
    ('revision', 'place'), [('', 'main'), ('@v1.0', 'v1.0'), ('@refs%2Fpr%2F1', 'refs%2Fpr%2F1')]
)
def test_a_file_of_the_hub_is_loaded(server, content, weights, suffix, revision, place):
    file = f'folder/weights.{suffix}'
    server.files[f'/someone/res2net-light/resolve/{place}/{file}'] = content(suffix)
    for _ in range(2):  # the second time from the downloads
        net = Res2Net(preset=V1B)
        load_weights(net, f'{REPO}{revision}/{file}')
        assert holds(net, weights())
    assert len(server.asked) == 1


def test_configs_take_it_too(server, content, weights):
    server.files['/someone/res2net-light/resolve/main/weights.pth'] = content('pth')
    checkpoint = f'{REPO}/weights.pth'
    net = Res2Net(preset=V1B, init_cfg=dict(type='Pretrained', checkpoint=checkpoint))
    net.init_weights()
    assert holds(net, weights())
    other = Res2Net(preset=V1B)
    load_checkpoint(other, checkpoint)  # what MMEngine's load_from does
    assert holds(other, weights())


def test_repositories_and_revisions_do_not_share_a_download(server):
    sources = (f'{REPO}/a.pth', f'{REPO}@v2/a.pth', 'hf://another/res2net-light/a.pth')
    for i, source in enumerate(sources):
        server.files[find_source(source).urls[0].removeprefix(server.url)] = bytes([i])
    assert [find_source(source).fetch().read_bytes() for source in sources] == [b'\0', b'\1', b'\2']


def test_the_hash_rule_is_that_of_every_download(server, content, monkeypatch):
    good = content('safetensors')
    digits = sha256(good).hexdigest()
    server.files['/someone/res2net-light/resolve/main/model.safetensors'] = good
    source = f'{REPO}/model.safetensors'
    assert find_source(f'{source}#sha256={digits}').fetch().read_bytes() == good
    with pytest.raises(UserError, match='SHA-256 begins with'):
        find_source(f'{source}#sha256={digits[::-1]}').fetch()
    monkeypatch.delenv(ALLOW_INSECURE)
    monkeypatch.delenv('HF_ENDPOINT')
    with pytest.raises(UserError, match=r'resolve/main/other\.pth is not fetched.*#sha256=<digit'):
        open_checkpoint(f'{REPO}/other.pth')


@pytest.mark.parametrize(
    'source', ['hf://', 'hf://owner', 'hf://owner/repo', 'hf://owner/repo/', 'hf://owner/repo@v1']
)
def test_an_incomplete_source_is_refused(source):
    with pytest.raises(UserError, match='hf://<owner>/<repository>/<file>'):
        open_checkpoint(source)


def test_what_the_hub_does_not_have_is_one_sentence(server):
    with pytest.raises(UserError, match='Not Found') as refusal:
        open_checkpoint(f'{REPO}/nothing-01234567.pth')
    for part in (f'{server.url}/someone/res2net-light/resolve/main/', 'put it into', 'pretrained='):
        assert part in str(refusal.value)


@pytest.fixture
def published(server, content, monkeypatch):
    """Return a function that publishes a preset's weights at URLs of the server."""

    def publish(*places, hub=''):
        good = content('pth')
        name = f'weights-{sha256(good).hexdigest()[:8]}.pth'
        urls = tuple(f'{server.url}/{place}/{name}' for place in places)
        weights = Weights('any', 'official', urls, hub=hub)
        monkeypatch.setattr(sources, 'find_weights', lambda _: weights)
        return name, good

    return publish


def test_mirrors_are_tried_in_order_and_the_hash_is_checked(server, published, weights):
    name, good = published('gone', 'altered', 'good', 'unasked')
    server.files |= {f'/altered/{name}': good + b'x', f'/good/{name}': good}
    net = Res2Net(preset=V1B)
    load_weights(net, 'res2net://any')
    assert holds(net, weights())
    assert list(dict.fromkeys(server.asked)) == [
        f'/{p}/{name}' for p in ('gone', 'altered', 'good')
    ]


def test_each_failure_is_named(server, published):
    name, good = published('gone', 'altered', hub='timm/any.in1k')
    server.files[f'/altered/{name}'] = good + b'x'
    with pytest.raises(UserError) as refusal:
        open_checkpoint('res2net://any')
    for part in ('gone', 'altered', 'Not Found', 'SHA-256 begins', 'timm/any.in1k', 'put it into'):
        assert part in str(refusal.value)


def test_a_twin_on_the_hub_needs_a_hash_or_leave(server, published, weights, content, monkeypatch):
    published('gone', hub='timm/any.in1k')
    server.files[f'/timm/any.in1k/resolve/main/{HUB_FILE}'] = content('safetensors')
    net = Res2Net(preset=V1B)
    load_weights(net, 'res2net://any')
    assert holds(net, weights())
    server.asked.clear()
    monkeypatch.delenv(ALLOW_INSECURE)
    monkeypatch.setattr('urllib.request.OpenerDirector.open', refuse)
    weights = Weights('any', 'official', ('https://a.invalid/b-01234567.pth',), hub='timm/any.in1k')
    monkeypatch.setattr(sources, 'find_weights', lambda _: weights)
    with pytest.raises(UserError, match=rf'hf://timm/any\.in1k/{HUB_FILE} holds the same tensors'):
        open_checkpoint('res2net://any')
    assert not server.asked


def refuse(*_, **__):
    raise OSError('no network')


@pytest.mark.parametrize('server', [OPENMMLAB, ONEDL])
def test_a_file_of_openmmlab_is_looked_for_on_both_of_its_servers(server):
    path = 'mmdetection/v2.0/res2net/model-175f1da6.pth'
    urls = find_source(server + path).urls
    assert urls[0] == server + path
    assert set(urls) == {OPENMMLAB + path, ONEDL + path}


def test_a_model_zoo_name_is_looked_for_on_both_servers(monkeypatch):
    asked = []
    monkeypatch.setattr(sources, 'fetch', lambda urls, **_: asked.append(urls) or refuse())
    with pytest.raises(OSError, match='no network'):
        _load_from_zoo('get_external_models', 'open-mmlab://')('open-mmlab://res2net101_v1d_26w_4s')
    assert {url.split('/pretrain/')[0] + '/' for url in asked[0]} == {OPENMMLAB, ONEDL}


@pytest.mark.parametrize('preset', [p for p in PRESETS.values() if p.weights], ids=lambda p: p.name)
def test_every_published_file_has_its_places(preset):
    for weights in preset.weights:
        found = find_source(f'res2net://{weights.name}')
        assert found.urls[: len(weights.urls)] == weights.urls
        assert len(set(found.urls)) == len(found.urls)
        assert {url.rsplit('/', 1)[-1] for url in found.urls} == {weights.file}
        assert bool(found.twin) == (weights.dialect == 'official')
        assert not found.twin or find_source(found.twin).urls[0].endswith(f'/{HUB_FILE}')

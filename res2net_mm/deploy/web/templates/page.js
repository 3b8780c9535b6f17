// The page: takes a picture, runs the model, draws what the sliders let through.

const data = JSON.parse(document.getElementById('data').textContent);
const by = (id) => document.getElementById(id);
const canvas = by('canvas'), context = canvas.getContext('2d', { willReadFrequently: true });
const colour = (label) => `hsl(${(label * 137.5) % 360} 85% 45%)`;
const state = (name, text) => { document.body.dataset.state = name; by('status').textContent = text; };
let picture = null, found = null, model = null;

async function show(blob) {
  try {
    state('busy', 'Reading the picture ...');
    // As OpenCV reads it: turned by EXIF, without colour management.
    picture = await createImageBitmap(blob, { imageOrientation: 'from-image', colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch (error) {
    return state('error', 'This file is not a picture that the browser can read.');
  }
  [canvas.width, canvas.height] = [picture.width, picture.height];
  context.drawImage(picture, 0, 0);
  canvas.hidden = false;
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  try {
    if (!model) {
      state('busy', 'Starting the model ...');
      model = await openModel(data);
    }
    state('busy', 'Predicting ...');
    await new Promise((done) => setTimeout(done, 20)); // lets the line above be drawn
    const began = performance.now();
    found = await model(pixels);
    draw();
    state('done', `${canvas.width} x ${canvas.height} px, ${((performance.now() - began) / 1000).toFixed(1)} s`);
  } catch (error) {
    state('error', `The model cannot be run on this picture: ${error.message ?? error}`);
  }
}

function draw() {
  if (!found) return;
  context.drawImage(picture, 0, 0);
  if (found.boxes) drawBoxes(); else drawLabels();
}

const area = ([x1, y1, x2, y2]) => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);
const side = (id) => 2 ** Number(by(id).value);
const isShown = ({ box, score }) => {
  const size = Math.sqrt(area(box));
  const largest = Number(by('largest').value) === Number(by('largest').max) ? Infinity : side('largest');
  return score >= Number(by('score').value) && size >= (Number(by('smallest').value) ? side('smallest') : 0) && size <= largest;
};

function drawBoxes() {
  const shown = found.boxes.filter(isShown).sort((a, b) => a.score - b.score);
  const unit = Math.max(canvas.width, canvas.height) / 900;
  context.lineWidth = Math.max(1, 2 * unit);
  context.font = `${Math.max(10, 14 * unit)}px sans-serif`;
  context.textBaseline = 'bottom';
  for (const { box: [x1, y1, x2, y2], score, label } of shown) {
    context.strokeStyle = context.fillStyle = colour(label);
    context.strokeRect(x1, y1, x2 - x1, y2 - y1);
    const text = `${data.classes[label]} ${Math.round(100 * score)}`, height = Math.max(10, 14 * unit) + 4;
    const top = Math.max(y1, height);
    context.fillRect(x1, top - height, context.measureText(text).width + 6, height);
    context.fillStyle = 'white';
    context.fillText(text, x1 + 3, top - 2);
  }
  const sizes = data.bins.map(([name, low, high]) => {
    const inside = shown.filter(({ box }) => area(box) >= low && (high === null || area(box) < high));
    return [name, inside.length];
  });
  fill('found', [['size', ...sizes.map(([name]) => name), 'all'], ['boxes', ...sizes.map(([, count]) => count), shown.length]]);
  const counts = new Map();
  for (const { label } of shown) counts.set(label, (counts.get(label) ?? 0) + 1);
  legend([...counts].sort((a, b) => b[1] - a[1]).map(([label, count]) => [label, String(count)]));
}

function drawLabels() {
  const { labels, width, height } = found;
  const counts = new Map(), layer = new ImageData(width, height), colours = new Map();
  const probe = new OffscreenCanvas(1, 1).getContext('2d');
  labels.forEach((label, i) => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    if (!colours.has(label)) {
      probe.fillStyle = colour(label);
      probe.fillRect(0, 0, 1, 1);
      colours.set(label, probe.getImageData(0, 0, 1, 1).data);
    }
    layer.data.set([...colours.get(label).slice(0, 3), 128], 4 * i);
  });
  const map = new OffscreenCanvas(width, height);
  map.getContext('2d').putImageData(layer, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(map, 0, 0, canvas.width, canvas.height);
  legend([...counts].sort((a, b) => b[1] - a[1]).map(([label, n]) => [label, `${(100 * n / labels.length).toFixed(1)} %`]));
}

function legend(entries) {
  by('legend').replaceChildren(...entries.map(([label, text]) => {
    const item = document.createElement('li'), mark = document.createElement('span');
    mark.style.background = colour(label);
    item.append(mark, `${data.classes[label] ?? label}: ${text}`);
    return item;
  }));
}

function fill(id, rows, caption) {
  const table = by(id) ?? by('scores').appendChild(document.createElement('table'));
  table.replaceChildren(...(caption ? [Object.assign(document.createElement('caption'), { textContent: caption })] : []));
  rows.forEach((row, y) => row.forEach((text, x) => {
    const cell = document.createElement(y && x ? 'td' : 'th');
    cell.textContent = text;
    (table.rows[y] ?? table.insertRow()).append(cell);
  }));
}

for (const { caption, columns, rows } of data.scores ?? []) {
  by('scores').hidden = false;
  fill('', [['size', ...columns], ...rows], `${caption}, in %, on the test set`);
}
by('sliders').hidden = data.task !== 'detection';
for (const id of ['score', 'smallest', 'largest']) {
  const say = () => {
    const value = Number(by(id).value);
    const open = id === 'largest' && value === Number(by(id).max);
    by(`${id}-value`).textContent = id === 'score' ? `${Math.round(100 * value)} %` : open ? 'any' : value ? `${Math.round(2 ** value)} px` : '0 px';
  };
  by(id).addEventListener('input', () => { say(); draw(); });
  say();
}
by('file').addEventListener('change', ({ target }) => target.files[0] && show(target.files[0]));
by('drop').addEventListener('dragover', (event) => event.preventDefault());
by('drop').addEventListener('drop', (event) => {
  event.preventDefault();
  if (event.dataTransfer.files[0]) show(event.dataTransfer.files[0]);
});
addEventListener('paste', ({ clipboardData }) => clipboardData.files[0] && show(clipboardData.files[0]));
by('camera').addEventListener('click', async () => {
  const video = by('video');
  if (video.srcObject) {
    const frame = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    frame.getContext('2d').drawImage(video, 0, 0);
    video.srcObject.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    video.hidden = true;
    by('camera').textContent = 'Camera';
    return show(await frame.convertToBlob());
  }
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    video.hidden = false;
    canvas.hidden = true;
    by('camera').textContent = 'Take the picture';
  } catch (error) { // no permission, or a page that may not ask: a phone's own camera
    by('file').setAttribute('capture', 'environment');
    by('file').click();
    by('file').removeAttribute('capture');
  }
});
window.res2net = { get found() { return found; }, show };
state('ready', 'Drop a picture here, choose one, or take one. Nothing leaves this device.');

// From a picture to boxes or labels: what Python does with the exported file, in JavaScript.

export async function inflate(id) {
  const packed = Uint8Array.from(atob(document.getElementById(id).textContent.trim()), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export async function openModel(data) {
  const script = new Blob([await inflate('engine-script')], { type: 'text/javascript' });
  const ort = await import(URL.createObjectURL(script));
  ort.env.wasm.wasmBinary = (await inflate('engine-binary')).buffer;
  ort.env.wasm.numThreads = 1; // more need headers that a file does not have
  const session = await ort.InferenceSession.create(await inflate('model'), { executionProviders: ['wasm'], logSeverityLevel: 3 });
  return (pixels) => predict(ort, session, data, pixels);
}

// pixels: ImageData, RGBA. Boxes (x1, y1, x2, y2) are in px of the picture; labels are a map.
async function predict(ort, session, data, pixels) {
  const [width, height] = fittedSize(pixels.width, pixels.height, data.resize);
  const image = new ort.Tensor('float32', bgrPlanes(resize(pixels, width, height), width * height), [1, 3, height, width]);
  const found = await session.run({ image });
  if (data.task === 'segmentation') {
    const [, mapHeight, mapWidth] = found.labels.dims;
    return { labels: Uint16Array.from(found.labels.data, Number), width: mapWidth, height: mapHeight };
  }
  const scale = [width / pixels.width, height / pixels.height];
  const boxes = [];
  found.labels.data.forEach((label, i) => {
    if (label < 0) return;
    const corners = Array.from(found.boxes.data.slice(4 * i, 4 * i + 4), (v, k) => v / scale[k % 2]);
    boxes.push({ box: corners, score: found.scores.data[i], label: Number(label) });
  });
  return { boxes };
}

function fittedSize(width, height, rule) {
  if (!rule) return [width, height];
  if (!rule.keep_ratio) return rule.scale;
  const long = Math.max(...rule.scale), short = Math.min(...rule.scale);
  const factor = Math.min(long / Math.max(width, height), short / Math.min(width, height));
  return [Math.floor(width * factor + 0.5), Math.floor(height * factor + 0.5)];
}

// OpenCV's bilinear resize of 8 bits, to the bit: weights in 1/2048, rounded to even.
export function resize(pixels, width, height) {
  const { data, width: fromWidth, height: fromHeight } = pixels;
  if (width === fromWidth && height === fromHeight) return data;
  const across = weights(fromWidth, width), down = weights(fromHeight, height);
  for (let x = 0; x < width; x++) { // columns beyond the edge repeat it; rows keep their weights
    if (across.first[x] < 0 || across.first[x] >= fromWidth - 1) {
      across.first[x] = Math.min(Math.max(across.first[x], 0), fromWidth - 1);
      across.left[x] = 2048;
      across.right[x] = 0;
    }
  }
  const row = (y) => {
    const base = Math.min(Math.max(y, 0), fromHeight - 1) * fromWidth;
    const out = new Int32Array(3 * width);
    for (let x = 0; x < width; x++) {
      const a = 4 * (base + across.first[x]), b = 4 * (base + Math.min(across.first[x] + 1, fromWidth - 1));
      for (let c = 0; c < 3; c++) out[3 * x + c] = data[a + c] * across.left[x] + data[b + c] * across.right[x];
    }
    return out;
  };
  const out = new Uint8Array(4 * width * height);
  let kept = new Map();
  for (let y = 0; y < height; y++) {
    const rows = new Map();
    for (const at of [down.first[y], down.first[y] + 1]) rows.set(at, kept.get(at) ?? row(at));
    kept = rows;
    const top = rows.get(down.first[y]), bottom = rows.get(down.first[y] + 1);
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const sum = ((down.left[y] * (top[3 * x + c] >> 4)) >> 16) + ((down.right[y] * (bottom[3 * x + c] >> 4)) >> 16);
        out[4 * (y * width + x) + c] = (sum + 2) >> 2;
      }
    }
  }
  return out;
}

function weights(from, to) {
  const first = new Int32Array(to), left = new Int32Array(to), right = new Int32Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.fround((i + 0.5) * (from / to) - 0.5);
    first[i] = Math.floor(at);
    const part = Math.fround(at - first[i]);
    left[i] = roundHalfEven(Math.fround(1 - part) * 2048);
    right[i] = roundHalfEven(part * 2048);
  }
  return { first, left, right };
}

function roundHalfEven(value) {
  const down = Math.floor(value), rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2) ? down + 1 : down;
}

function bgrPlanes(rgba, count) {
  const planes = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) for (let c = 0; c < 3; c++) planes[c * count + i] = rgba[4 * i + 2 - c];
  return planes;
}

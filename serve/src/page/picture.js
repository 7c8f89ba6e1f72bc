// From a picture to the pixels that the model takes. A picture is `{ width, height, planes }`, each plane
// its lightness from 0 (black) to 1, row by row.

// The parts of `count` equal pieces of `start..start + length`: for each piece, which unit intervals it covers
// and how much of each.
const coverage = (start, length, count) => Array.from({ length: count }, (_, piece) => {
  const from = start + (length * piece) / count;
  const to = start + (length * (piece + 1)) / count;
  const parts = [];
  for (let unit = Math.floor(from); unit < to; unit++) {
    parts.push([unit, (Math.min(to, unit + 1) - Math.max(from, unit)) / (to - from)]);
  }
  return parts;
});

// A rectangle of a plane, brought to `width x height` by averaging areas.
const averaged = (plane, stride, box, width, height) => {
  const [columns, rows] = [coverage(box.x, box.width, width), coverage(box.y, box.height, height)];
  const limit = plane.length / stride;
  return rows.flatMap((row) => columns.map((column) => {
    let sum = 0;
    for (const [y, down] of row) {
      for (const [x, across] of column) {
        if (x < stride && y < limit) sum += down * across * plane[y * stride + x];
      }
    }
    return sum;
  }));
};

// Puts a small plane on a black one of `width x height`.
const placed = (small, smallWidth, left, top, width, height) => {
  const whole = new Array(width * height).fill(0);
  small.forEach((value, position) => {
    const x = left + (position % smallWidth);
    const y = top + Math.floor(position / smallWidth);
    if (x >= 0 && x < width && y >= 0 && y < height) whole[y * width + x] = value;
  });
  return whole;
};

// The whole picture, as large as it fits.
const fitted = ({ width, height, planes }, spec) => {
  const scale = Math.min(spec.width / width, spec.height / height);
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const [left, top] = [Math.floor((spec.width - w) / 2), Math.floor((spec.height - h) / 2)];
  const box = { x: 0, y: 0, width, height };
  return planes.map((plane) => placed(averaged(plane, width, box, w, h), w, left, top, spec.width, spec.height));
};

// As the digits of MNIST were made: the ink, 20 pixels on its longer side, its centre of mass in the middle.
const INK = 0.05;
const LONGER_SIDE = 20;
const centred = ({ width, height, planes }, spec) => {
  const [plane] = planes;
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (plane[y * width + x] > INK) {
        [left, right] = [Math.min(left, x), Math.max(right, x)];
        [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
      }
    }
  }
  if (right < 0) return [new Array(spec.width * spec.height).fill(0)];
  const box = { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
  const scale = LONGER_SIDE / Math.max(box.width, box.height);
  const [w, h] = [box.width, box.height].map((side) => Math.max(1, Math.round(side * scale)));
  const small = averaged(plane, width, box, w, h);
  let [mass, x, y] = [0, 0, 0];
  small.forEach((value, position) => {
    mass += value;
    x += value * ((position % w) + 0.5);
    y += value * (Math.floor(position / w) + 0.5);
  });
  const offset = (side, moment) => Math.round(side / 2 - moment / mass);
  return [placed(small, w, offset(spec.width, x), offset(spec.height, y), spec.width, spec.height)];
};

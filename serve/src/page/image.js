// A picture: drawn, chosen from a file, or pasted as numbers.
const makeForm = (spec, changed) => {
  "use strict";
  const at = (id) => document.getElementById(id);
  const PAD = 320;
  const LARGEST = 2048;
  const pad = at("pad");
  const count = spec.channels * spec.width * spec.height;
  const drawable = spec.channels === 1;
  const range = spec.maximum - spec.minimum;
  // Pixels of one byte; of any other range nothing says that they are whole numbers.
  const bytes = range === 255 && Number.isInteger(spec.minimum);
  const scale = Math.max(1, Math.round(PAD / Math.max(spec.width, spec.height)));
  [pad.width, pad.height] = [spec.width * scale, spec.height * scale];
  const pen = pad.getContext("2d", { willReadFrequently: true });
  // What is asked: a picture of any size, or raw values, or nothing.
  let picture = null;
  let values = null;
  // Whether a picture is centred unless it has the model's size: as the page says at first, or the reader.
  let centring = at("centre")?.checked ?? false;

  const lightness = (context, width, height) => {
    const { data } = context.getImageData(0, 0, width, height);
    const at = (pixel, channel) => data[4 * pixel + channel] / 255;
    const plane = (of) => Array.from({ length: width * height }, (_, pixel) => of(pixel));
    const planes = drawable
      ? [plane((pixel) => 0.299 * at(pixel, 0) + 0.587 * at(pixel, 1) + 0.114 * at(pixel, 2))]
      : Array.from({ length: spec.channels }, (_, channel) => plane((pixel) => at(pixel, Math.min(channel, 2))));
    return { width, height, planes };
  };

  // Shows raw values of the model's size on a canvas, enlarged.
  const paint = (context) => {
    const small = new ImageData(spec.width, spec.height);
    const size = spec.width * spec.height;
    const shade = (pixel, channel) => {
      const value = values ? values[Math.min(channel, spec.channels - 1) * size + pixel] : spec.minimum;
      return Math.round((255 * (value - spec.minimum)) / range);
    };
    for (let pixel = 0; pixel < size; pixel++) {
      for (let channel = 0; channel < 3; channel++) small.data[4 * pixel + channel] = shade(pixel, channel);
      small.data[4 * pixel + 3] = 255;
    }
    const hidden = new OffscreenCanvas(spec.width, spec.height);
    hidden.getContext("2d").putImageData(small, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(hidden, 0, 0, context.canvas.width, context.canvas.height);
  };

  const inverted = (planes) => planes.map((plane) => plane.map((value) => 1 - value));

  // The raw value of a lightness. A sum of products may end a little outside the bounds.
  const raw = (share) => {
    const value = spec.minimum + share * range;
    return Math.min(spec.maximum, Math.max(spec.minimum, bytes ? Math.round(value) : value));
  };

  // From the picture to raw values.
  const look = () => {
    if (picture) {
      const source = at("invert").checked ? { ...picture, planes: inverted(picture.planes) } : picture;
      const planes = at("centre")?.checked ? centred(source, spec) : fitted(source, spec);
      values = planes.flat().map(raw);
    }
    paint(at("seen").getContext("2d"));
  };

  const clear = () => {
    [picture, values] = [null, null];
    at("invert").checked = false;
    if (at("centre")) at("centre").checked = centring;
    at("file").value = "";
    pen.fillStyle = "#000";
    pen.fillRect(0, 0, pad.width, pad.height);
    look();
  };

  const draw = () => {
    pad.classList.add("drawable");
    Object.assign(pen, { lineCap: "round", lineJoin: "round", strokeStyle: "#fff", lineWidth: Math.max(2, pad.width / 13) });
    let last = null;
    const place = (event) => {
      const box = pad.getBoundingClientRect();
      const side = (offset, shown, real) => ((offset - 1) * real) / (shown - 2);
      return [side(event.clientX - box.left, box.width, pad.width), side(event.clientY - box.top, box.height, pad.height)];
    };
    const stroke = (event) => {
      const next = place(event);
      pen.beginPath();
      pen.moveTo(...last);
      pen.lineTo(...next);
      pen.stroke();
      last = next;
    };
    pad.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      // What is drawn is light on dark, also on top of a picture that was not.
      if (!picture || at("invert").checked) clear();
      pad.setPointerCapture(event.pointerId);
      last = place(event);
      stroke(event);
    });
    pad.addEventListener("pointermove", (event) => {
      if (last) (event.getCoalescedEvents?.() ?? [event]).concat(event).forEach(stroke);
    });
    const end = () => {
      if (!last) return;
      last = null;
      picture = lightness(pen, pad.width, pad.height);
      look();
      changed();
    };
    pad.addEventListener("pointerup", end);
    pad.addEventListener("pointercancel", end);
  };

  const open = async (file) => {
    const bitmap = await createImageBitmap(file);
    const shrink = Math.min(1, LARGEST / Math.max(bitmap.width, bitmap.height));
    const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * shrink)));
    const hidden = new OffscreenCanvas(width, height).getContext("2d");
    hidden.fillRect(0, 0, width, height);
    hidden.drawImage(bitmap, 0, 0, width, height);
    picture = lightness(hidden, width, height);
    const exact = bitmap.width === spec.width && bitmap.height === spec.height;
    const [plane] = picture.planes;
    const light = plane.reduce((sum, value) => sum + value, 0) / plane.length > 0.5;
    if (at("centre")) at("centre").checked = !exact && at("centre").defaultChecked;
    at("invert").checked = drawable && !exact && light;
  };

  const show = () => {
    look();
    paint(pen);
    changed();
  };

  at("centre")?.addEventListener("change", () => {
    centring = at("centre").checked;
  });
  at("clear").addEventListener("click", () => {
    centring = at("centre")?.defaultChecked ?? false;
    clear();
    changed();
  });
  for (const id of ["invert", "centre"]) {
    at(id)?.addEventListener("change", () => {
      look();
      if (picture) changed();
    });
  }
  at("file").addEventListener("change", async () => {
    const [file] = at("file").files;
    if (!file) return;
    try {
      await open(file);
      show();
    } catch {
      at("error").textContent = "This file is no picture that the browser can read: choose a PNG or JPEG.";
      at("error").hidden = false;
    }
  });
  at("paste").addEventListener("click", () => {
    const words = at("numbers").value.split(/[\s,;[\]]+/).filter((word) => word !== "");
    const pasted = words.map(Number);
    const wrong = pasted.findIndex((value) => !(value >= spec.minimum && value <= spec.maximum));
    let why = null;
    if (wrong >= 0) why = `Number ${wrong + 1} is none from ${spec.minimum} to ${spec.maximum}.`;
    if (pasted.length !== count) why = `These are ${pasted.length} numbers; the model takes ${count}.`;
    at("error").hidden = why === null;
    if (why !== null) {
      at("error").textContent = why;
      return;
    }
    [picture, values] = [null, pasted];
    show();
  });

  clear();
  if (drawable) draw();
  return { row: () => values };
};

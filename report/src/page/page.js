"use strict";
(() => {
  const hint = document.getElementById("hint");

  /** Shows words beside a mark, and nothing where there is none. */
  const tell = (mark) => {
    document.querySelectorAll(".active").forEach((other) => other.classList.remove("active"));
    hint.hidden = !mark;
    if (!mark) return;
    mark.classList.add("active");
    hint.textContent = mark.dataset.hint;
    const box = mark.getBoundingClientRect();
    const left = Math.min(box.right + 8, window.innerWidth - hint.offsetWidth - 8);
    const top = box.top - hint.offsetHeight - 6;
    hint.style.left = `${Math.max(8, left)}px`;
    hint.style.top = `${top < 8 ? box.bottom + 8 : top}px`;
  };

  /** Values and places of one axis; "low high scale percent". */
  const axis = (text, from, length) => {
    const [low, high, scale, percent] = text.split(" ");
    const logarithmic = scale === "logarithmic";
    const map = logarithmic ? Math.log : (value) => value;
    const back = logarithmic ? Math.exp : (value) => value;
    const [start, end] = [map(Number(low)), map(Number(high))];
    return {
      from, length, percent: percent === "true",
      value: (place) => back(start + ((place - from) / length) * (end - start)),
      place: (value) => from + ((map(value) - start) / (end - start)) * length,
    };
  };

  /** Multiples of 1, 2 or 5 times a power of ten within a range. */
  const round = (low, high) => {
    const rough = (high - low) / 6;
    if (!(rough > 0) || !isFinite(rough)) return [];
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough) ?? 10 * power;
    const ticks = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step && ticks.length < 50; i += 1) ticks.push(i * step);
    return ticks;
  };

  const text = (value, percent) => {
    const shown = Number((percent ? 100 * value : value).toPrecision(4));
    const small = shown !== 0 && (Math.abs(shown) < 1e-4 || Math.abs(shown) >= 1e7);
    return (small ? shown.toExponential() : String(shown)) + (percent ? " %" : "");
  };

  const element = (name, attributes, content) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    if (content !== undefined) made.textContent = content;
    return made;
  };

  /** Zooming: what is drawn lies in the coordinates of the whole, and is moved from there. */
  const zoomable = (plot, svg) => {
    const frame = svg.querySelector(".frame");
    const number = (name) => Number(frame.dataset[name]);
    const area = { left: number("left"), top: number("top"), width: number("width"), height: number("height") };
    const [right, bottom] = [area.left + area.width, area.top + area.height];
    const x = axis(frame.dataset.x, area.left, area.width);
    const y = axis(frame.dataset.y, bottom, -area.height);
    const ticks = frame.querySelector(".ticks");
    const firstTicks = [...ticks.childNodes];
    const shapes = [...svg.querySelectorAll(".data polyline, .data line, .data .mark")].map((shape) => ({
      shape,
      points: shape.tagName === "polyline" ? shape.getAttribute("points").split(" ").map((pair) => pair.split(",").map(Number)) : null,
      ends: shape.tagName === "line" ? ["x1", "y1", "x2", "y2"].map((name) => Number(shape.getAttribute(name))) : null,
      at: shape.dataset.x === undefined ? null : [Number(shape.dataset.x), Number(shape.dataset.y)],
    }));
    let view = { left: area.left, top: area.top, width: area.width, height: area.height };

    const draw = () => {
      const across = (place) => area.left + ((place - view.left) / view.width) * area.width;
      const down = (place) => area.top + ((place - view.top) / view.height) * area.height;
      shapes.forEach(({ shape, points, ends, at }) => {
        if (points) shape.setAttribute("points", points.map(([a, b]) => `${across(a)},${down(b)}`).join(" "));
        if (ends) ["x1", "y1", "x2", "y2"].forEach((name, i) => shape.setAttribute(name, i % 2 ? down(ends[i]) : across(ends[i])));
        if (at) shape.setAttribute("transform", `translate(${across(at[0])} ${down(at[1])})`);
      });
      const whole = view.width === area.width && view.height === area.height;
      plot.classList.toggle("zoomed", !whole);
      if (whole) { ticks.replaceChildren(...firstTicks); return; }
      const made = [];
      round(x.value(view.left), x.value(view.left + view.width)).forEach((value) => {
        const place = across(x.place(value));
        made.push(element("line", { class: "grid", x1: place, x2: place, y1: area.top, y2: bottom }));
        made.push(element("text", { class: "quiet", x: place, y: bottom + 18, "text-anchor": "middle" }, text(value, x.percent)));
      });
      round(y.value(view.top + view.height), y.value(view.top)).forEach((value) => {
        const place = down(y.place(value));
        made.push(element("line", { class: "grid", x1: area.left, x2: right, y1: place, y2: place }));
        made.push(element("text", { class: "quiet", x: area.left - 8, y: place + 4.5, "text-anchor": "end" }, text(value, y.percent)));
      });
      ticks.replaceChildren(...made);
    };

    const show = (left, top, width, height) => {
      const [wide, high] = [Math.min(Math.max(width, area.width / 200), area.width), Math.min(Math.max(height, area.height / 200), area.height)];
      view = {
        left: Math.min(Math.max(left, area.left), right - wide),
        top: Math.min(Math.max(top, area.top), bottom - high),
        width: wide, height: high,
      };
      tell(null);
      draw();
    };
    const all = () => show(area.left, area.top, area.width, area.height);
    /** Zooms by a factor around a place of the picture. */
    const zoom = (factor, a = area.left + area.width / 2, b = area.top + area.height / 2) => {
      const [i, j] = [(a - area.left) / area.width, (b - area.top) / area.height];
      const [width, height] = [view.width / factor, view.height / factor];
      show(view.left + i * (view.width - width), view.top + j * (view.height - height), width, height);
    };
    const place = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      return [Math.min(Math.max(point.x, area.left), right), Math.min(Math.max(point.y, area.top), bottom)];
    };

    let lens = null;
    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return;
      const [a, b] = place(event);
      lens = { a, b, box: element("rect", { class: "lens" }) };
      svg.append(lens.box);
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      if (!lens) return;
      const [a, b] = place(event);
      const box = { x: Math.min(a, lens.a), y: Math.min(b, lens.b), width: Math.abs(a - lens.a), height: Math.abs(b - lens.b) };
      Object.entries(box).forEach(([key, value]) => lens.box.setAttribute(key, value));
    });
    svg.addEventListener("pointerup", (event) => {
      if (!lens) return;
      const [a, b] = place(event);
      const { a: c, b: d, box } = lens;
      box.remove();
      lens = null;
      if (Math.abs(a - c) < 8 || Math.abs(b - d) < 8) return;
      const scale = [view.width / area.width, view.height / area.height];
      show(view.left + (Math.min(a, c) - area.left) * scale[0], view.top + (Math.min(b, d) - area.top) * scale[1],
        Math.abs(a - c) * scale[0], Math.abs(b - d) * scale[1]);
    });
    svg.addEventListener("pointercancel", () => { lens?.box.remove(); lens = null; });
    svg.addEventListener("dblclick", all);
    // The wheel scrolls the page unless the figure is in focus.
    plot.addEventListener("wheel", (event) => {
      if (document.activeElement !== plot && !event.ctrlKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.25 : 0.8, ...place(event));
    }, { passive: false });
    plot.addEventListener("keydown", (event) => {
      const act = { "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: all }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
    return { area, inside: (mark) => {
      const matrix = mark.transform.baseVal.consolidate()?.matrix;
      return !matrix || (matrix.e >= area.left - 1 && matrix.e <= right + 1 && matrix.f >= area.top - 1 && matrix.f <= bottom + 1);
    } };
  };

  document.querySelectorAll(".plot").forEach((plot) => {
    const svg = plot.querySelector("svg");
    const marks = [...svg.querySelectorAll(".mark[data-x], .bar, .cell")].filter((mark) => mark.querySelector("title"));
    marks.forEach((mark) => {
      const title = mark.querySelector("title");
      mark.dataset.hint = title.textContent;
      title.remove();
    });
    const zoomed = plot.dataset.zooms === undefined ? null : zoomable(plot, svg);
    const seen = () => (zoomed ? marks.filter(zoomed.inside) : marks);
    const middle = (mark) => {
      const box = mark.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + box.height / 2];
    };
    const nearest = (a, b, of, weight = 1) => {
      const far = (mark) => { const [x, y] = middle(mark); return (x - a) ** 2 + weight * (y - b) ** 2; };
      return of.reduce((best, mark) => (!best || far(mark) < far(best) ? mark : best), null);
    };
    svg.addEventListener("pointermove", (event) => {
      if (event.buttons) { tell(null); return; }
      const mark = nearest(event.clientX, event.clientY, seen());
      const over = event.target.closest?.(".bar, .cell");
      if (over) { tell(over.dataset.hint ? over : null); return; }
      const [x, y] = mark && zoomed ? middle(mark) : [-1e9, -1e9];
      tell(Math.hypot(x - event.clientX, y - event.clientY) < 28 ? mark : null);
    });
    svg.addEventListener("pointerleave", () => tell(null));
    plot.addEventListener("blur", () => tell(null));
    plot.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { tell(null); return; }
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      const all = seen();
      if (!step || !all.length) return;
      event.preventDefault();
      const now = plot.querySelector(".active");
      if (!now) { tell(all[0]); return; }
      const [x, y] = middle(now);
      const group = (mark) => mark.closest(".series");
      if (zoomed && step[0]) {
        const row = all.filter((mark) => group(mark) === group(now));
        tell(row[Math.min(Math.max(row.indexOf(now) + step[0], 0), row.length - 1)]);
      } else if (zoomed) {
        const groups = [...new Set(all.map(group))];
        const next = groups[(groups.indexOf(group(now)) + step[1] + groups.length) % groups.length];
        tell(nearest(x, y, all.filter((mark) => group(mark) === next), 1e-3));
      } else {
        const ahead = all.filter((mark) => { const [a, b] = middle(mark); return (a - x) * step[0] + (b - y) * step[1] > 1; });
        tell(nearest(x, y, ahead, step[0] ? 100 : 0.01) ?? now);
      }
    });
  });
})();

// Asking and showing, whatever the form. The form's own script defines `makeForm(spec, changed)`, which
// gives `row()`: the row that is asked, `null` while there is none; it throws words for the reader.
(async () => {
  "use strict";
  const at = (id) => document.getElementById(id);
  const MOST_BARS = 12;

  const percent = (share) => (share < 0.0005 && share > 0 ? "< 0.1 %" : `${(100 * share).toFixed(1)} %`);

  // A class may be an empty text.
  const named = (name) => (name.trim() === "" ? "(empty)" : name);

  // Without an answer, or before the next one.
  const empty = (words) => {
    at("label").textContent = words;
    at("bars").replaceChildren();
    at("bars-hint").hidden = true;
  };

  const fail = (words) => {
    at("error").textContent = words;
    at("error").hidden = false;
    empty("No answer.");
  };

  const show = (model, prediction) => {
    const shares = prediction.probabilities;
    at("label").textContent = `${named(prediction.label)} (${percent(shares[prediction.class])})`;
    let order = model.classes.map((_, position) => position);
    if (order.length > MOST_BARS) order = order.sort((a, b) => shares[b] - shares[a]).slice(0, MOST_BARS);
    const bars = order.map((position) => {
      const line = document.createElement("li");
      const [name, track, bar, value] = ["span", "div", "div", "span"].map((tag) => document.createElement(tag));
      name.textContent = named(model.classes[position]);
      value.textContent = percent(shares[position]);
      track.className = "track";
      bar.style.width = `${100 * shares[position]}%`;
      if (position === prediction.class) line.className = "first";
      track.append(bar);
      line.append(name, track, value);
      return line;
    });
    at("bars").replaceChildren(...bars);
    at("bars-hint").hidden = false;
    if (model.classes.length > MOST_BARS) {
      at("bars-hint").textContent = `The ${MOST_BARS} most probable of ${model.classes.length} classes. Softmax of the model's scores; not calibrated.`;
    }
  };

  const command = (body) => {
    const url = new URL("v1/predict", location.href);
    const quoted = `'${body.replaceAll("'", "'\\''")}'`;
    return `curl '${url}' -H 'Content-Type: application/json' -d ${quoted}`;
  };

  let model;
  try {
    const answer = await fetch("v1/model");
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    model = await answer.json();
  } catch (error) {
    fail(`The service cannot be reached (${error.message}): is it still running? Then load this page again.`);
    return;
  }
  const key = model.form.kind === "table" ? "records" : "inputs";
  let asking = null;

  const ask = async () => {
    asking?.abort();
    const mine = asking = new AbortController();
    try {
      const row = form.row();
      at("error").hidden = true;
      if (row === null) {
        empty("Nothing was asked yet.");
        at("curl").textContent = "";
        at("copy").disabled = true;
        return;
      }
      const body = JSON.stringify({ [key]: [row], probabilities: true });
      at("curl").textContent = command(body);
      at("copy").disabled = false;
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch("v1/predict", { method: "POST", headers, body, signal: mine.signal });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.detail);
      show(model, found.predictions[0]);
    } catch (error) {
      if (error.name === "AbortError") return;
      const gone = error instanceof TypeError;
      fail(gone ? "The service cannot be reached: is it still running?" : error.message);
    }
  };

  const form = makeForm(model.form, ask);
  at("form").addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  at("copy").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(at("curl").textContent);
      at("copied").textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(at("curl"));
      at("copied").textContent = "Selected: copy it with the keyboard.";
    }
  });
  document.body.dataset.ready = "yes";
})();

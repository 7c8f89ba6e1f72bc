#!/usr/bin/env python3
"""Looks at `privet report` in headless Chromium: python3 tests/report_browser.py PRIVET [SCREENSHOTS]

Makes small runs, writes their page, and checks in light and dark: nothing in the console, nothing asked
of the network, everything reachable by keyboard, hints and zoom by mouse and keys, contrast of all text
and curves (WCAG 2 AA), a narrow screen, print. Needs chromium (or chrome) and Python alone; where no
browser is found it says so and ends well.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

DATA = """
[data]
name = "clinic"
declared_size = 360
split = { pool = 0.2, test = 0.2 }
[data.files]
records = { inputs = "records.csv" }
[data.public]
source = "volunteers who agreed to <publication>"
declared_by = "the data protection officer"
BENCHMARK
[[data.schema.columns]]
name = "age"
kind = "numeric"
min = 18
max = 90
[[data.schema.columns]]
name = "income"
kind = "numeric"
min = 0
max = 50000
[[data.schema.columns]]
name = "risk"
kind = "label"
classes = ["low", "high"]
"""

OPTIMIZER = 'optimizer = { kind = "adam", learning_rate = 0.1 }\nnetwork = { preset = "linear" }'

METHODS = {
    "pate": f"""
[privacy]
epsilon = EPSILON
delta = 1e-4
[teachers]
count = 12
epochs = 8
batch_size = 8
{OPTIMIZER}
[aggregator]
mechanism = "gnmax"
queries = 40
[student]
epochs = 12
batch_size = 8
{OPTIMIZER}
""",
    "dp-sgd": f"""
[privacy]
epsilon = EPSILON
delta = 1e-4
[dp_sgd]
sampling_probability = 0.1
steps = 40
clipping_norm = 1.0
{OPTIMIZER}
""",
    "baseline": f"""
[baseline]
epochs = 10
batch_size = 16
{OPTIMIZER}
""",
}


def records():
    yield "age,income,risk"
    for i in range(600):
        age, income = 18 + (i * 37) % 70, (i * 7919) % 50_000
        yield f"{age},{income},{'high' if age > 50 else 'low'}"


def make_runs(privet, folder):
    """Benchmarks of each method, and one run on confidential records."""
    (folder / "records.csv").write_text("\n".join(records()) + "\n")
    open_runs = [(m, e, s) for m in ("pate", "dp-sgd") for e in ("2.0", "8.0") for s in (0, 1)]
    plans = [(f"{m}-{e}-{s}", m, e, s, True) for m, e, s in open_runs]
    plans += [("plain", "baseline", "", 0, True), ("confidential", "dp-sgd", "2.0", 0, False)]
    for name, method, epsilon, seed, benchmark in plans:
        data = DATA.replace("BENCHMARK", "benchmark = true" if benchmark else "")
        config = f'method = "{method}"\nseed = {seed}\n' + data + METHODS[method].replace("EPSILON", epsilon)
        (folder / f"{name}.toml").write_text(config)
        subprocess.run([privet, "run", f"{name}.toml", "--quiet", "--out", name], cwd=folder, check=True,
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    names = [plan[0] for plan in plans]
    subprocess.run([privet, "report", *names], cwd=folder, check=True, stdout=subprocess.PIPE)
    subprocess.run([privet, "report", names[0]], cwd=folder, check=True, stdout=subprocess.PIPE)
    return [folder / "report.html", folder / names[0] / "report.html", folder / "confidential/private/report.html"]


class Browser:
    """Chromium by its debugging pipe: commands and events as JSON, ended by a zero byte."""

    def __init__(self, program, folder):
        self.down, command = os.pipe()
        reply, self.up = os.pipe()
        self.write, self.read = command, reply

        def place():  # The browser reads 3 and writes 4.
            os.dup2(self.down, 13)
            os.dup2(self.up, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--no-first-run", "--hide-scrollbars", f"--user-data-dir={folder}", "about:blank"],
            close_fds=False, preexec_fn=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(self.down)
        os.close(self.up)
        self.rest, self.count, self.events, self.session = b"", 0, [], None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def receive(self):
        while b"\0" not in self.rest:
            more = os.read(self.read, 1 << 16)
            if not more:
                sys.exit("error: the browser is gone")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **params):
        self.count += 1
        message = {"id": self.count, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.count:
                if "error" in answer:
                    sys.exit(f"error: {method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def until(self, event):
        while not any(e.get("method") == event for e in self.events):
            self.events.append(self.receive())

    def evaluate(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            sys.exit(f"error: {script[:80]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def key(self, key, code=0):
        text = {"text": key} if len(key) == 1 else {}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code,
                      **(text if kind == "keyDown" else {}))

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def screen(self, width, scheme, media="screen"):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme},
                            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def load(self, page):
        self.events = []
        self.call("Page.navigate", url=page.as_uri())
        self.until("Page.loadEventFired")

    def close(self):
        self.process.terminate()
        self.process.wait(20)


# Every visible text with the ratio of its colour and what lies behind it, and every curve with its own.
CONTRAST = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255, 1];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const box = node.getBoundingClientRect();
    if (!walker.currentNode.textContent.trim() || !box.width || node.closest("script, style, title, desc, [hidden]")) continue;
    const style = getComputedStyle(node);
    let ground = behind(node);
    if (node.tagName === "text") {
      const cell = [...node.closest("svg").querySelectorAll(".cell")].find((cell) => {
        const b = cell.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        return x > b.left && x < b.right && y > b.top && y < b.bottom;
      });
      if (cell) {
        const [r, g, b] = rgba(getComputedStyle(cell).fill);
        ground = over([r, g, b, Number(getComputedStyle(cell).fillOpacity)], ground);
      }
    }
    const colour = over(rgba(node.tagName === "text" ? style.fill : style.color), ground);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    found.push({ what: walker.currentNode.textContent.trim().slice(0, 40), ratio: ratio(colour, ground), least: large ? 3 : 4.5 });
  }
  document.querySelectorAll(".figure .line, .figure .error, .figure .bar").forEach((shape) => {
    const style = getComputedStyle(shape);
    const ground = behind(shape.closest("svg").parentElement);
    found.push({ what: `${shape.getAttribute("class")} of ${shape.closest("figure").id}`,
      ratio: ratio(rgba(shape.matches(".bar") ? style.fill : style.stroke), ground), least: 3 });
  });
  return found;
})()"""


def check(failures, what, holds):
    if not holds:
        failures.append(what)


def look(browser, page, scheme, screenshots, failures):
    """One page in one colour scheme."""
    where = f"{page.parent.name}/{page.name} in {scheme}"
    browser.screen(1280, scheme)
    browser.load(page)
    measured = browser.evaluate(CONTRAST)
    check(failures, f"{where}: hardly any text was measured", len(measured) > 20)
    for text in measured:
        ratio, least = text["ratio"], text["least"]
        check(failures, f"{where}: contrast {ratio:.2f} of {text['what']!r}, below {least}", ratio >= least)
    keyboard(browser, where, failures)
    mouse(browser, where, failures)
    if screenshots:
        size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = browser.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        name = f"{page.parent.name}-{scheme}.png"
        (screenshots / name).write_bytes(base64.b64decode(picture))
    browser.screen(400, scheme)
    wide = browser.evaluate("document.documentElement.scrollWidth")
    check(failures, f"{where}: {wide} wide on a screen of 400", wide <= 400)
    browser.screen(1280, scheme, "print")
    paper = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    check(failures, f"{where}: printed on {paper}", paper == "rgb(255, 255, 255)")
    check(failures, f"{where}: does not print", len(browser.call("Page.printToPDF")["data"]) > 10_000)
    for event in browser.events:
        name, told = event.get("method"), event.get("params", {})
        said = name in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")
        check(failures, f"{where}: the console says {json.dumps(told)[:300]}", not said)
        if name == "Network.requestWillBeSent":
            url = told["request"]["url"]
            check(failures, f"{where}: asks for {url}", url.startswith(("file:", "data:")))


def keyboard(browser, where, failures):
    """Tab reaches everything; keys walk and zoom."""
    reachable = "a[href], summary, .plot, .scroll"
    total = browser.evaluate(f"""[...document.querySelectorAll("{reachable}")]
        .filter((e) => e.checkVisibility()).length""")
    seen, unseen = 0, 0
    plots = 0
    for _ in range(total + 5):
        browser.key("Tab", 9)
        state = browser.evaluate(f"""(() => {{
            const e = document.activeElement;
            if (e === document.body || e.dataset.seen) return null;
            e.dataset.seen = 1;
            const style = getComputedStyle(e);
            return [e.matches("{reachable}"), parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none",
                e.matches(".plot"), e.matches("[data-zooms]")];
        }})()""")
        if not state:
            continue
        seen += state[0]
        unseen += not state[1]
        if state[2]:
            plots += 1
            browser.key("ArrowRight", 39)
            first = browser.evaluate("document.getElementById('hint').hidden ? '' : document.getElementById('hint').textContent")
            browser.key("ArrowRight", 39)
            second = browser.evaluate("document.getElementById('hint').textContent")
            check(failures, f"{where}: arrow keys say nothing in a figure", first)
            check(failures, f"{where}: arrow keys stay at {first!r}", first != second)
            if state[3]:
                ticks = "document.activeElement.querySelector('.ticks').textContent"
                before = browser.evaluate(ticks)
                browser.key("+", 187)
                check(failures, f"{where}: + does not zoom", browser.evaluate(ticks) != before)
                browser.key("0", 48)
                check(failures, f"{where}: 0 does not show all again", browser.evaluate(ticks) == before)
    check(failures, f"{where}: Tab reaches {seen} of {total}", seen == total)
    check(failures, f"{where}: {unseen} elements do not show that they are in focus", unseen == 0)
    check(failures, f"{where}: no figure", plots > 0)


def mouse(browser, where, failures):
    """A hint under the pointer; drag and wheel zoom, double-click shows all."""
    point = browser.evaluate("""(() => {
        const marks = [...document.querySelectorAll(".plot[data-zooms] .mark[data-x]:not(.hidden), .plot .bar[data-hint]")];
        const mark = marks.find((mark) => mark.getBoundingClientRect().width > 4);
        mark.scrollIntoView({ block: "center", behavior: "instant" });
        const box = mark.getBoundingClientRect();
        return [box.left + box.width / 2, box.top + box.height / 2];
    })()""")
    browser.mouse("mouseMoved", 2, 2)
    browser.mouse("mouseMoved", *point)
    shown = "document.getElementById('hint').hidden"
    check(failures, f"{where}: no hint under the pointer", not browser.evaluate(shown))
    plot = browser.evaluate("""(() => {
        const plot = document.querySelector(".plot[data-zooms]");
        if (!plot) return null;
        plot.scrollIntoView({ block: "center", behavior: "instant" });
        plot.blur();
        const box = plot.querySelector(".data").closest("svg").getBoundingClientRect();
        return [box.left, box.top, box.width, box.height];
    })()""")
    if not plot:
        return
    left, top, width, height = plot
    at = lambda x, y: (left + x * width, top + y * height)
    zoomed = "document.querySelector('.plot[data-zooms]').classList.contains('zoomed')"
    browser.mouse("mouseWheel", *at(0.5, 0.5), deltaX=0, deltaY=-1)
    check(failures, f"{where}: the wheel zooms a figure that is not in focus", not browser.evaluate(zoomed))
    browser.mouse("mousePressed", *at(0.4, 0.4), button="left", buttons=1, clickCount=1)
    browser.mouse("mouseMoved", *at(0.5, 0.5), button="left", buttons=1)
    browser.mouse("mouseMoved", *at(0.6, 0.6), button="left", buttons=1)
    browser.mouse("mouseReleased", *at(0.6, 0.6), button="left", clickCount=1)
    check(failures, f"{where}: drag does not zoom", browser.evaluate(zoomed))
    for count in (1, 2):
        browser.mouse("mousePressed", *at(0.5, 0.5), button="left", buttons=1, clickCount=count)
        browser.mouse("mouseReleased", *at(0.5, 0.5), button="left", clickCount=count)
    check(failures, f"{where}: double-click does not show all", not browser.evaluate(zoomed))
    browser.evaluate("document.querySelector('.plot[data-zooms]').focus()")
    browser.mouse("mouseWheel", *at(0.5, 0.5), deltaX=0, deltaY=-100)
    check(failures, f"{where}: the wheel does not zoom the figure in focus", browser.evaluate(zoomed))
    browser.key("0", 48)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    privet = Path(sys.argv[1]).resolve()
    screenshots = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    if screenshots:
        screenshots.mkdir(parents=True, exist_ok=True)
    programs = ("chromium", "chromium-browser", "google-chrome")
    program = next((path for path in map(shutil.which, programs) if path), None)
    if not program:
        print("skipped: no chromium here")
        return
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        pages = make_runs(privet, Path(folder))
        browser = Browser(program, Path(folder) / "profile")
        try:
            for page in pages:
                for scheme in ("light", "dark"):
                    look(browser, page, scheme, screenshots, failures)
        finally:
            browser.close()
    for failure in failures:
        print(f"error: {failure}")
    if failures:
        sys.exit(1)
    print(f"{len(pages)} pages in light and dark: console, network, keyboard, mouse, contrast, print as they should be")


if __name__ == "__main__":
    main()

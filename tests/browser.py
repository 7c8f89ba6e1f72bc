"""Headless Chromium for the checks of pages: needs chromium (or chrome) and Python alone."""

import base64
import json
import os
import shutil
import subprocess
import sys


def program():
    """The browser's path, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


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

    def load(self, url):
        self.events = []
        self.call("Page.navigate", url=url)
        self.until("Page.loadEventFired")

    def screenshot(self, file):
        """The whole page, also what is below the screen."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        picture = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        file.write_bytes(base64.b64decode(picture))

    def close(self):
        self.process.terminate()
        self.process.wait(20)


def check(failures, what, holds):
    if not holds:
        failures.append(what)


def check_contrast(browser, where, failures):
    measured = browser.evaluate(CONTRAST)
    check(failures, f"{where}: hardly any text was measured", len(measured) > 20)
    for text in measured:
        ratio, least = text["ratio"], text["least"]
        check(failures, f"{where}: contrast {ratio:.2f} of {text['what']!r}, below {least}", ratio >= least)


def check_console_and_network(browser, where, failures, allowed):
    """Nothing in the console, and nothing asked but of `allowed` (starts of addresses)."""
    for event in browser.events:
        name, told = event.get("method"), event.get("params", {})
        said = name in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")
        check(failures, f"{where}: the console says {json.dumps(told)[:300]}", not said)
        if name == "Network.requestWillBeSent":
            url = told["request"]["url"]
            check(failures, f"{where}: asks for {url}", url.startswith(allowed))


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

#!/usr/bin/env python3
"""Looks at the page of `privet serve` in headless Chromium: python3 tests/serve_browser.py DEMO [SCREENSHOTS]

DEMO is the example of privet-serve (cargo build -p privet-serve --examples). Draws a digit, chooses a
picture, pastes numbers, fills the form of a table; checks in light and dark: nothing in the console,
nothing asked of another server, everything reachable by keyboard, contrast (WCAG 2 AA), a narrow screen.
Needs chromium (or chrome) and Python alone; where no browser is found it says so and ends well.
"""

import json
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

from browser import Browser, check, check_console_and_network, check_contrast, program

LABEL = "document.getElementById('label').textContent"
ERROR = "document.getElementById('error').hidden ? '' : document.getElementById('error').textContent"
CENTRED = "document.getElementById('centre').checked"
# What the page asked last, from the command line that it shows.
QUESTION = "document.getElementById('curl').textContent.split(\" -d '\")[1].slice(0, -1).replaceAll(\"'\\\\''\", \"'\")"


def png(path, width, height, shade):
    """A grey picture."""
    rows = b"".join(b"\0" + bytes(shade(x, y) for x in range(width)) for y in range(height))
    part = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b""))


def wait(browser, script, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := browser.evaluate(script):
            return value
        time.sleep(0.02)
    return browser.evaluate(script)


def asked(browser):
    return json.loads(browser.evaluate(QUESTION))


def choose(browser, selector, file):
    node = browser.call("DOM.querySelector", nodeId=browser.call("DOM.getDocument")["root"]["nodeId"], selector=selector)
    browser.call("DOM.setFileInputFiles", nodeId=node["nodeId"], files=[str(file)])


def draw(browser, strokes):
    """Strokes over the drawing area, in shares of its sides."""
    box = browser.evaluate("(() => { const b = document.getElementById('pad').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
    at = lambda x, y: (box[0] + x * box[2], box[1] + y * box[3])
    for stroke in strokes:
        browser.mouse("mousePressed", *at(*stroke[0]), button="left", buttons=1, clickCount=1)
        for point in stroke[1:]:
            browser.mouse("mouseMoved", *at(*point), button="left", buttons=1)
        browser.mouse("mouseReleased", *at(*stroke[-1]), button="left", clickCount=1)


def centre_of(row, width=28):
    mass = sum(row)
    return (sum(v * (i % width + 0.5) for i, v in enumerate(row)) / mass,
            sum(v * (i // width + 0.5) for i, v in enumerate(row)) / mass)


def image(browser, where, failures, folder):
    """Drawing, files and numbers of a grey picture."""
    seven = [[(0.1, 0.1), (0.3, 0.1), (0.5, 0.1)], [(0.5, 0.1), (0.4, 0.3), (0.3, 0.6)]]
    draw(browser, seven)
    check(failures, f"{where}: a drawing is not predicted", "%" in wait(browser, f"{LABEL}.includes('%') && {LABEL}"))
    row = asked(browser)["inputs"][0]
    check(failures, f"{where}: a drawing is {len(row)} numbers", len(row) == 784 and all(isinstance(v, int) for v in row))
    x, y = centre_of(row)
    check(failures, f"{where}: the mass of a drawing is at {x:.2f}, {y:.2f}", abs(x - 14) < 0.7 and abs(y - 14) < 0.7)
    inked = [i for i, v in enumerate(row) if v > 0]
    height = max(inked) // 28 - min(inked) // 28 + 1
    check(failures, f"{where}: the ink of a drawing is {height} pixels high", height == 20)
    check(failures, f"{where}: the ink of a drawing is no lighter than {max(row)}", max(row) > 200)
    browser.evaluate("document.getElementById('centre').click()")
    plain = asked(browser)["inputs"][0]
    check(failures, f"{where}: without centring a drawing stays where it is", centre_of(plain)[1] < 13)

    exact, paper = folder / "exact.png", folder / "paper.png"
    png(exact, 28, 28, lambda x, y: (x * 9 + y) % 256)
    choose(browser, "#file", exact)
    expected = [(x * 9 + y) % 256 for y in range(28) for x in range(28)]
    wait(browser, f"{QUESTION} === {json.dumps(json.dumps({'inputs': [expected], 'probabilities': True}, separators=(',', ':')))}")
    check(failures, f"{where}: a picture of the model's size is changed", asked(browser)["inputs"][0] == expected)
    png(paper, 300, 200, lambda x, y: 0 if 200 < x < 220 and 50 < y < 150 else 255)
    choose(browser, "#file", paper)
    wait(browser, "document.getElementById('invert').checked")
    time.sleep(0.3)
    row = asked(browser)["inputs"][0]
    x, y = centre_of(row)
    check(failures, f"{where}: ink on paper lies at {x:.2f}, {y:.2f}", abs(x - 14) < 0.7 and abs(y - 14) < 0.7 and sum(v > 0 for v in row) < 120)

    browser.evaluate("document.querySelector('details').open = true; document.getElementById('numbers').value = '1 2 3'; document.getElementById('paste').click()")
    check(failures, f"{where}: three numbers are taken for a picture", "784" in browser.evaluate(ERROR))
    browser.evaluate("document.getElementById('numbers').value = Array(784).fill(7).join(', '); document.getElementById('paste').click()")
    check(failures, f"{where}: pasted numbers are changed", asked(browser)["inputs"][0] == [7] * 784)
    browser.evaluate("document.getElementById('clear').click()")
    check(failures, f"{where}: there is an answer to nothing", "Nothing" in browser.evaluate(LABEL))
    check(failures, f"{where}: centring is not back after Clear", browser.evaluate(CENTRED))
    choose(browser, "#file", exact)
    wait(browser, f"!{CENTRED}")
    browser.evaluate("document.getElementById('clear').click()")
    check(failures, f"{where}: centring stays off after a picture of the model's size", browser.evaluate(CENTRED))
    browser.evaluate("document.getElementById('centre').click()")
    draw(browser, seven)
    wait(browser, f"{LABEL}.includes('%')")
    check(failures, f"{where}: drawing turns centring on again", not browser.evaluate(CENTRED) and centre_of(asked(browser)["inputs"][0])[1] < 13)
    browser.evaluate("document.getElementById('clear').click()")
    draw(browser, seven)
    wait(browser, f"{LABEL}.includes('%')")
    check(failures, f"{where}: a drawing after Clear is not centred", abs(centre_of(asked(browser)["inputs"][0])[1] - 14) < 0.7)


def signed(browser, where, failures, folder):
    """A picture of numbers that are no bytes, and not centred unless asked."""
    least, most = -0.4242, 2.8215
    check(failures, f"{where}: what is not MNIST is centred", not browser.evaluate(CENTRED))
    grey = folder / "grey.png"
    png(grey, 28, 28, lambda x, y: (x * 9 + y) % 256)
    choose(browser, "#file", grey)
    check(failures, f"{where}: a picture is not predicted", "%" in wait(browser, f"{LABEL}.includes('%') && {LABEL}"))
    expected = [least + (x * 9 + y) % 256 / 255 * (most - least) for y in range(28) for x in range(28)]
    row = asked(browser)["inputs"][0]
    off = max(abs(a - b) for a, b in zip(row, expected))
    check(failures, f"{where}: pixels are off by {off}", len(row) == 784 and off < 1e-12)
    # Enlarged: white is a mean of many, and must not be more than white.
    white = folder / "white.png"
    png(white, 301, 301, lambda x, y: 255)
    choose(browser, "#file", white)
    wait(browser, f"{LABEL}.includes('%') && document.getElementById('invert').checked")
    browser.evaluate("document.getElementById('invert').click()")
    time.sleep(0.3)
    row = asked(browser)["inputs"][0]
    check(failures, f"{where}: white is {min(row)} to {max(row)}", max(row) <= most and min(row) > most - 1e-9)
    check(failures, f"{where}: white is refused: {browser.evaluate(ERROR)}", browser.evaluate(ERROR) == "" and "%" in browser.evaluate(LABEL))


def table(browser, where, failures, _):
    """The form of a table."""
    browser.evaluate("""(() => {
        const field = document.querySelector('[data-name="education"]');
        field.value = "Bachelor's & <others>";
        document.querySelector('[data-name="age"]').value = "39.5";
        field.dispatchEvent(new Event("change"));
    })()""")
    check(failures, f"{where}: a record is not predicted", "%" in wait(browser, f"{LABEL}.includes('%') && {LABEL}"))
    record = asked(browser)["records"][0]
    check(failures, f"{where}: asks {record}", record["age"] == 39.5 and record["education"] == "Bachelor's & <others>" and len(record) == 8)
    browser.evaluate("document.querySelector('[data-name=\"age\"]').value = ''; document.querySelector('button.main').click()")
    check(failures, f"{where}: a missing number is not told", "age" in browser.evaluate(ERROR))
    browser.evaluate("document.querySelector('[data-name=\"age\"]').value = '39'; document.querySelector('button.main').click()")
    check(failures, f"{where}: an error stays", wait(browser, f"({ERROR}) === ''"))


def numbers(browser, where, failures, _):
    """A list of numbers, of a model with many classes."""
    browser.evaluate("document.getElementById('numbers').value = '1, 2\\n-3 4e9'; document.querySelector('button.main').click()")
    check(failures, f"{where}: numbers are not predicted", "%" in wait(browser, f"{LABEL}.includes('%') && {LABEL}"))
    check(failures, f"{where}: asks {asked(browser)}", asked(browser)["inputs"] == [[1, 2, -3, 4e9]])
    bars = browser.evaluate("document.querySelectorAll('#bars li').length")
    check(failures, f"{where}: {bars} bars of 20 classes", bars == 12)


def colour(browser, where, failures, folder):
    """A picture of three channels, from a file."""
    file = folder / "wide.png"
    png(file, 64, 32, lambda x, y: 128)
    choose(browser, "#file", file)
    check(failures, f"{where}: a picture is not predicted", "%" in wait(browser, f"{LABEL}.includes('%') && {LABEL}"))
    row = asked(browser)["inputs"][0]
    rows = [sum(row[y * 32:y * 32 + 32]) for y in range(32)]
    check(failures, f"{where}: {len(row)} numbers, rows {rows}", len(row) == 3072 and rows == [0] * 8 + [128 * 32] * 16 + [0] * 8)


def keyboard(browser, where, failures):
    """Tab reaches everything and shows where it is."""
    controls = "a[href], button:not(:disabled), input, select, textarea, summary, pre"
    total = browser.evaluate(f"[...document.querySelectorAll('{controls}')].filter((e) => e.checkVisibility()).length")
    browser.evaluate("document.activeElement.blur()")
    seen = 0
    for _ in range(total + 5):
        browser.key("Tab", 9)
        state = browser.evaluate(f"""(() => {{
            const e = document.activeElement;
            if (e === document.body || e.dataset.seen) return null;
            e.dataset.seen = 1;
            const style = getComputedStyle(e);
            return [e.matches("{controls}"), parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none"];
        }})()""")
        if state:
            seen += state[0]
            check(failures, f"{where}: something in focus does not show it", state[1])
    check(failures, f"{where}: Tab reaches {seen} of {total}", seen == total)
    unnamed = browser.evaluate("[...document.querySelectorAll('input, select, textarea')].filter((e) => !e.labels.length).length")
    check(failures, f"{where}: {unnamed} inputs without a label", unnamed == 0)


def look(browser, url, kind, act, private, scheme, folder, screenshots, failures):
    where = f"{kind} in {scheme}"
    browser.screen(1100, scheme)
    browser.load(url)
    check(failures, f"{where}: the page never is ready", wait(browser, "document.body.dataset.ready"))
    act(browser, where, failures, folder)
    alarm = "NOT PRIVATE" in browser.evaluate("document.body.innerText")
    check(failures, f"{where}: it says {'' if alarm else 'not '}that the model is not private", alarm != private)
    check_contrast(browser, where, failures)
    if screenshots:
        browser.screenshot(screenshots / f"serve-{kind}-{scheme}.png")
    keyboard(browser, where, failures)
    browser.screen(360, scheme)
    wide = browser.evaluate("document.documentElement.scrollWidth")
    check(failures, f"{where}: {wide} wide on a screen of 360", wide <= 360)
    if screenshots:
        browser.screenshot(screenshots / f"serve-{kind}-{scheme}-narrow.png")
    check_console_and_network(browser, where, failures, (url, "data:", "blob:"))


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    demo = Path(sys.argv[1]).resolve()
    screenshots = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    if screenshots:
        screenshots.mkdir(parents=True, exist_ok=True)
    chromium = program()
    if not chromium:
        print("skipped: no chromium here")
        return
    failures = []
    kinds = {"image": image, "signed": signed, "table": table, "numbers": numbers, "colour": colour}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        browser = Browser(chromium, folder / "profile")
        browser.call("DOM.enable")
        try:
            for kind, act in kinds.items():
                private = kind in ("image", "signed", "numbers")
                served = subprocess.Popen([demo, kind, "0", "private" if private else "open"],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                url = served.stdout.readline().strip()
                for scheme in ("light", "dark"):
                    look(browser, url, kind, act, private, scheme, folder, screenshots, failures)
                end, _ = served.communicate(timeout=20)
                check(failures, f"{kind}: it ends with {end!r}", "cut_off: 0" in end and "failed: 0" in end)
        finally:
            browser.close()
    for failure in failures:
        print(f"error: {failure}")
    if failures:
        sys.exit(1)
    print(f"{len(kinds)} forms in light and dark: drawing, files, numbers, console, network, keyboard, contrast as they should be")


if __name__ == "__main__":
    main()

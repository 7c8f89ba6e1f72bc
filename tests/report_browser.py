#!/usr/bin/env python3
"""Looks at `privet report` in headless Chromium: python3 tests/report_browser.py PRIVET [SCREENSHOTS]

Makes small runs, writes their page, and checks in light and dark: nothing in the console, nothing asked
of the network, everything reachable by keyboard, hints and zoom by mouse and keys, contrast of all text
and curves (WCAG 2 AA), a narrow screen, print. Needs chromium (or chrome) and Python alone; where no
browser is found it says so and ends well.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from browser import Browser, check, check_console_and_network, check_contrast, program

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


def look(browser, page, scheme, screenshots, failures):
    """One page in one colour scheme."""
    where = f"{page.parent.name}/{page.name} in {scheme}"
    browser.screen(1280, scheme)
    browser.load(page.as_uri())
    check_contrast(browser, where, failures)
    keyboard(browser, where, failures)
    mouse(browser, where, failures)
    if screenshots:
        browser.screenshot(screenshots / f"{page.parent.name}-{scheme}.png")
    browser.screen(400, scheme)
    wide = browser.evaluate("document.documentElement.scrollWidth")
    check(failures, f"{where}: {wide} wide on a screen of 400", wide <= 400)
    browser.screen(1280, scheme, "print")
    paper = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    check(failures, f"{where}: printed on {paper}", paper == "rgb(255, 255, 255)")
    check(failures, f"{where}: does not print", len(browser.call("Page.printToPDF")["data"]) > 10_000)
    check_console_and_network(browser, where, failures, ("file:", "data:"))


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
    chromium = program()
    if not chromium:
        print("skipped: no chromium here")
        return
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        pages = make_runs(privet, Path(folder))
        browser = Browser(chromium, Path(folder) / "profile")
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

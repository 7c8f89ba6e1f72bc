"""The markdown tables of the comparison, from its measurements."""

import statistics

PRIVET, PRIVET_PLAIN, PYTORCH, TEACHERS = "privet", "privet-plain", "pytorch", "teachers"
# A measurement during which others took more of the machine than this is left out of a median
# if there are better ones of the same program.
QUIET = 0.10


def summary(results):
    """Medians over the rounds that went well; (None, why) if none did."""
    good = [result for result in results if "error" not in result]
    if not good:
        return None, results[0]["error"] if results else "not measured"
    quiet = [result for result in good if result["others_share"] <= QUIET] or good

    def middle(key):
        values = [result[key] for result in quiet if result.get(key) is not None]
        return statistics.median(values) if values else None

    keys = ("examples_per_second", "examples_per_cpu_second", "seconds", "peak_memory_bytes",
            "import_memory_bytes", "others_share")
    return {**{key: middle(key) for key in keys}, "rounds": len(quiet)}, None


def number(value, form="{:,.0f}"):
    return "-" if value is None else form.format(value)


def megabytes(value):
    return number(value and value / 1e6)


def ratio(above, below):
    return "-" if not above or not below else f"{above / below:.2f}"


def usable(by_engine):
    """What was measured of each engine; engines never measured quietly; lines on failures."""
    found, busy, failed = {}, [], []
    for engine, results in by_engine.items():
        result, why = summary(results)
        if result is None:
            failed.append(f"- {engine}: {why}")
            continue
        found[engine] = result
        busy += [engine] if result["others_share"] > QUIET else []
    return found, busy, failed


def not_a_result(busy):
    return [f"Not a result: no quiet round for {', '.join(busy)}."] if busy else []


def case_table(network, batch, by_engine):
    """One table a network and batch size, and its ratios."""
    lines = [f"### {network}, batch {batch}", "",
             "| engine | examples/s | per CPU second | peak memory, MB | of that imports, MB | rounds | "
             "others' share |", "|---|---|---|---|---|---|---|"]
    measured, busy, failed = usable(by_engine)
    rate = {engine: found["examples_per_second"] for engine, found in measured.items()}
    for engine, found in measured.items():
        lines.append(f"| {engine} | {number(rate[engine])} | "
                     f"{number(found['examples_per_cpu_second'])} | "
                     f"{megabytes(found['peak_memory_bytes'])} | "
                     f"{megabytes(found['import_memory_bytes'])} | {found['rounds']} | "
                     f"{found['others_share']:.0%} |")
    opacus = {engine: value for engine, value in rate.items() if engine.startswith("opacus")}
    best = max(opacus, key=opacus.get, default=None)
    lines.append("")
    if best:
        lines.append(f"Best Opacus mode: {best}; PyTorch not private / {best}: "
                     f"{ratio(rate.get(PYTORCH), opacus[best])}.")
    if PRIVET in rate:
        lines.append(f"Privet private / best Opacus: {ratio(rate[PRIVET], opacus.get(best))}; "
                     f"/ PyTorch not private: {ratio(rate[PRIVET], rate.get(PYTORCH))}; "
                     f"time of Privet private / plain: "
                     f"{ratio(rate.get(PRIVET_PLAIN), rate[PRIVET])}.")
    lines += not_a_result(busy)
    return lines + ([""] + failed if failed else []) + [""]


def memory_table(network, small, large, small_results, large_results):
    """Peak memory at two batch sizes."""
    lines = [f"### Peak memory, {network}", "",
             f"| engine | batch {small}, MB | batch {large}, MB | ratio |", "|---|---|---|---|"]
    for engine in small_results:
        low = (summary(small_results[engine])[0] or {}).get("peak_memory_bytes")
        high = (summary(large_results.get(engine, []))[0] or {}).get("peak_memory_bytes")
        lines.append(f"| {engine} | {megabytes(low)} | {megabytes(high)} | {ratio(high, low)} |")
    return lines + [""]


def teachers_table(by_engine):
    """Seconds for all teachers."""
    lines = ["### 250 teachers, 60 epochs of 240 examples, batch 32, not private", "",
             "| engine | seconds | examples/s | others' share |", "|---|---|---|---|"]
    measured, busy, failed = usable(by_engine)
    seconds = {engine: found["seconds"] for engine, found in measured.items()}
    for engine, found in measured.items():
        lines.append(f"| {engine} | {number(found['seconds'], '{:,.1f}')} | "
                     f"{number(found['examples_per_second'])} | {found['others_share']:.0%} |")
    lines.append("")
    if seconds.get(PRIVET):
        lines.append(f"PyTorch's seconds / Privet's: {ratio(seconds.get(PYTORCH), seconds[PRIVET])}.")
    return lines + not_a_result(busy) + failed + [""]

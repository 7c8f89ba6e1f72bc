"""Times PyTorch, Opacus and Privet side by side in one go and writes results.md.

    python compare.py [target/release/examples/engine_speed]

Every measurement is a process of its own. For one network and batch size all programs take turns,
several rounds, and each figure is a median over the rounds. Privet's program is called as
`engine_speed --network mnist-cnn --batch 1024 --mode private|plain|teachers --json` and prints one
JSON object: examples_per_second and peak_memory_bytes (VmHWM of /proc/self/status: getrusage's
figure outlives an exec), examples_per_cpu_second if it likes; for teachers (batch 32) seconds.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import shlex
import shutil
import sys

import allocators
import harness
import peers
import table

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = [("mnist-cnn", 256), ("mnist-cnn", 1024), ("mnist-cnn", 8192),
         ("mlp", 256), ("mlp", 1024), ("resnet9", 64), ("resnet9", 256)]
MEMORY = ("mnist-cnn", 256, 8192)


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def privet_command(program, network, batch, mode):
    return [*program, "--network", network, "--batch", str(batch), "--mode", mode, "--json"]


def commands(network, batch, options, program):
    """Engine: command, for one network and batch size."""
    found = {}
    for engine in options.engine:
        found[engine] = [
            sys.executable, os.path.join(HERE, "peers.py"), "--engine", engine,
            "--network", network, "--batch", str(batch), "--seconds", str(options.seconds),
            "--allocator", options.allocator]
    if program:
        found[table.PRIVET] = privet_command(program, network, batch, "private")
        found[table.PRIVET_PLAIN] = privet_command(program, network, batch, "plain")
    return found


def in_turns(named, options, record):
    """Runs all commands in turns; engine: results of the rounds."""
    results = {engine: [] for engine in named}
    for _ in range(options.rounds):
        for engine, command in named.items():
            result = harness.measure(command, options.patience, options.timeout)
            results[engine].append(result)
            record(engine, result)
    return results


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("privet", nargs="?", default="target/release/examples/engine_speed",
                        help="Privet's program, with arguments of its own if need be")
    parser.add_argument("--network", nargs="*", help="only these networks")
    parser.add_argument("--batch", nargs="*", type=int, help="only these batch sizes")
    parser.add_argument("--engine", nargs="*", default=list(peers.ENGINES), help="only these peers")
    parser.add_argument("--no-teachers", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each peer's measurement")
    parser.add_argument("--patience", type=float, default=30.0,
                        help="seconds to wait for a quiet machine before each measurement")
    parser.add_argument("--timeout", type=float, default=300.0)
    parser.add_argument("--allocator", default=allocators.best())
    parser.add_argument("--output", default=os.path.join(HERE, "results.md"))
    return parser.parse_args()


def main():
    options = arguments()
    program = shlex.split(options.privet)
    missing = shutil.which(program[0]) is None
    if missing:
        print(f"{program[0]} is not there: measuring the peers only", file=sys.stderr)
        program = None
    head = [
        "# Training speed, side by side", "",
        f"Written by `compare.py` on {datetime.date.today()}: {harness.machine()}; "
        f"PyTorch {version('torch')}, Opacus {version('opacus')}, "
        f"Python {sys.version.split()[0]}, allocator {options.allocator}, 2 threads. "
        f"Load average before: {os.getloadavg()[0]:.1f}. {options.rounds} rounds, medians of the "
        f"rounds in which others took at most {table.QUIET:.0%} of the machine, of all rounds if "
        "there was none. Imports: memory held before the first step, mostly PyTorch's libraries.",
        ""]
    if missing:
        head += [f"Privet was not measured: `{options.privet}` was not there.", ""]
    sections, measured = [], {}

    def write():
        """After every case, so that a run cut short leaves what it has."""
        with open(options.output, "w") as file:
            file.write("\n".join(head + sections).rstrip() + "\n")

    def record(*where):
        return lambda engine, result: print(
            json.dumps({"case": where, "engine": engine, **result}), file=sys.stderr, flush=True)

    for network, batch in CASES:
        if network not in (options.network or [network]) or batch not in (options.batch or [batch]):
            continue
        named = commands(network, batch, options, program)
        measured[network, batch] = in_turns(named, options, record(network, batch))
        sections += table.case_table(network, batch, measured[network, batch])
        write()
    network, small, large = MEMORY
    if (network, small) in measured and (network, large) in measured:
        sections += table.memory_table(
            network, small, large, measured[network, small], measured[network, large])
    if not options.no_teachers:
        named = {table.PYTORCH: [sys.executable, os.path.join(HERE, "teachers.py"),
                                 "--allocator", options.allocator]}
        if program:
            named[table.PRIVET] = privet_command(program, "mnist-cnn", 32, "teachers")
        sections += table.teachers_table(in_turns(named, options, record(table.TEACHERS)))
    head.insert(3, f"Load average after: {os.getloadavg()[0]:.1f}.")
    write()
    print(f"wrote {options.output}")


if __name__ == "__main__":
    main()

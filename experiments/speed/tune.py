"""Finds the allocator and memory layout that serve each peer best.

    python tune.py --network mnist-cnn --batch 1024
"""

import argparse
import os
import sys

import allocators
import harness
import peers

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", default="mnist-cnn")
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--engine", nargs="*", default=list(peers.ENGINES))
    parser.add_argument("--allocator", nargs="*", default=list(allocators.environments()))
    parser.add_argument("--layout", nargs="*", default=["channels-first", "channels-last"])
    parser.add_argument("--threads", type=int, default=1,
                        help="with one, the rate per CPU second holds on a busy machine, too")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--patience", type=float, default=0.0)
    options = parser.parse_args()
    print(f"{options.network}, batch {options.batch}\n\n"
          "| engine | layout | allocator | examples/s | per CPU second | others' share | "
          "peak MB |\n|---|---|---|---|---|---|---|", flush=True)
    for _ in range(options.rounds):
        for engine in options.engine:
            for layout in options.layout:
                for allocator in options.allocator:
                    result = harness.measure([
                        sys.executable, os.path.join(HERE, "peers.py"), "--engine", engine,
                        "--network", options.network, "--batch", str(options.batch),
                        "--seconds", str(options.seconds), "--allocator", allocator,
                        "--layout", layout, "--threads", str(options.threads)], options.patience)
                    shown = result.get("error") or (
                        f"{result['examples_per_second']:.0f} | "
                        f"{result['examples_per_cpu_second']:.0f} | "
                        f"{result['others_share']:.0%} | "
                        f"{result['peak_memory_bytes'] / 1e6:.0f}")
                    print(f"| {engine} | {layout} | {allocator} | {shown} |", flush=True)


if __name__ == "__main__":
    main()

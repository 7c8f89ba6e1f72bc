"""Seconds for 250 non-private teachers in PyTorch, extrapolated from a few.

    python teachers.py

Each teacher is the mnist-cnn trained for 60 epochs on 240 examples in shuffled batches of 32
(7 of 32 and one of 16 an epoch). Processes of one thread each share them out; a few teachers are
trained per process, and the time per teacher is scaled to all. Starting Python is not counted.
"""

import argparse
import json
import math
import time
import warnings

import allocators
import peers

EXAMPLES, BATCH = 240, 32


def train(teachers, epochs, layout, start, results):
    """Trains so many teachers once all processes stand ready; puts its seconds on the queue."""
    warnings.filterwarnings("ignore")
    import torch
    from torch import nn
    import networks
    torch.set_num_threads(1)
    network, shape = networks.build("mnist-cnn")
    inputs = torch.randn(EXAMPLES, *shape)
    labels = torch.randint(10, (EXAMPLES,))
    memory_format = torch.channels_last if layout == "channels-last" else torch.contiguous_format
    inputs = inputs.to(memory_format=memory_format)
    criterion = nn.CrossEntropyLoss()

    def teacher(epochs):
        network = networks.mnist_cnn().to(memory_format=memory_format)
        optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
        for _ in range(epochs):
            for chosen in torch.randperm(EXAMPLES).split(BATCH):
                optimizer.zero_grad()
                criterion(network(inputs[chosen]), labels[chosen]).backward()
                optimizer.step()

    teacher(3)
    start.wait()
    started = time.perf_counter()
    for _ in range(teachers):
        teacher(epochs)
    results.put((time.perf_counter() - started, peers.peak_memory()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teachers", type=int, default=250)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--measured", type=int, default=2, help="teachers trained per process")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--allocator", default=allocators.best())
    parser.add_argument("--layout", choices=["channels-first", "channels-last"],
                        default="channels-last")
    options = parser.parse_args()
    allocators.restart_under(options.allocator, threads=1)

    import multiprocessing
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(options.processes), context.Queue()
    workers = [context.Process(target=train, args=(
        options.measured, options.epochs, options.layout, start, results))
        for _ in range(options.processes)]
    for worker in workers:
        worker.start()
    finished = [results.get(timeout=600) for _ in workers]
    for worker in workers:
        worker.join()
    slowest = max(seconds for seconds, _ in finished)
    share = math.ceil(options.teachers / options.processes)
    examples = options.processes * options.measured * options.epochs * EXAMPLES
    print(json.dumps({
        "engine": "pytorch", "network": "mnist-cnn", "batch": BATCH, "mode": "teachers",
        "seconds": slowest / options.measured * share,
        "measured_teachers": options.processes * options.measured, "measured_seconds": slowest,
        "examples_per_second": examples / slowest,
        "peak_memory_bytes": sum(memory for _, memory in finished),
        "allocator": options.allocator, "layout": options.layout,
    }))


if __name__ == "__main__":
    main()

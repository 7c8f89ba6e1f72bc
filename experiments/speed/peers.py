"""Examples per second of PyTorch or Opacus, for one network, batch size and mode.

    python peers.py --engine opacus-hooks --network mnist-cnn --batch 1024

A step is all of a training step after the batch is there: forward, backward, clip, add noise,
optimizer. The batch is random and always the same, so loading and sampling cost nothing.
Prints one JSON object on one line. Opacus draws its noise with PyTorch's default generator
(secure_mode=False), which is fast and not cryptographic.
"""

import argparse
import json
import resource
import statistics
import time
import warnings

import allocators

ENGINES = {"pytorch": None, "opacus-hooks": "hooks", "opacus-functorch": "functorch",
           "opacus-ghost": "ghost", "opacus-ew": "ew"}
# Engines that run faster with channels last. Opacus' hooks and ghost modes give wrong gradients
# for convolutions in that layout (check.py), so they may not use it.
CHANNELS_LAST = ("pytorch", "opacus-functorch")
WRONG_IN_CHANNELS_LAST = ("opacus-hooks", "opacus-ghost")


def best_layout(engine):
    return "channels-last" if engine in CHANNELS_LAST else "channels-first"


def peak_memory():
    """Largest resident size of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def training_step(engine, network, shape, batch, layout):
    """A function that does one complete step, private unless the engine is pytorch."""
    import torch
    from torch import nn

    inputs = torch.randn(batch, *shape)
    labels = torch.randint(10, (batch,))
    if layout == "channels-last":
        network = network.to(memory_format=torch.channels_last)
        inputs = inputs.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    mode = ENGINES[engine]
    if mode is not None:
        from opacus import PrivacyEngine
        # Opacus takes the batch size from a loader; nothing is loaded.
        loader = torch.utils.data.DataLoader(
            torch.utils.data.TensorDataset(torch.zeros(4 * batch)), batch_size=batch)
        made = PrivacyEngine(secure_mode=False).make_private(
            module=network, optimizer=optimizer, criterion=criterion, data_loader=loader,
            noise_multiplier=1.0, max_grad_norm=1.0, poisson_sampling=False,
            grad_sample_mode=mode)
        network, optimizer = made[0], made[1]
        if mode == "ghost":
            criterion = made[2]

    def step():
        optimizer.zero_grad()
        criterion(network(inputs), labels).backward()
        optimizer.step()

    return step


def rates(step, batch, seconds, repetitions):
    """Examples per second of each repetition after a warm-up, by the clock and by processor time.

    Processor time is summed over threads, waiting ones that spin included: with one thread it
    tells the speed even on a machine that others use.
    """
    started, warm = time.perf_counter(), 0
    while warm < 2 or time.perf_counter() - started < min(1.0, seconds / 3):
        step()
        warm += 1
    by_clock, by_processor = [], []
    for _ in range(repetitions):
        steps, started, used = 0, time.perf_counter(), time.process_time()
        while steps < 1 or time.perf_counter() - started < seconds / repetitions:
            step()
            steps += 1
        by_clock.append(batch * steps / (time.perf_counter() - started))
        by_processor.append(batch * steps / (time.process_time() - used))
    return by_clock, by_processor


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", choices=ENGINES, default="pytorch")
    parser.add_argument("--network", choices=["mnist-cnn", "mlp", "resnet9"], default="mnist-cnn")
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--allocator", default=allocators.best())
    parser.add_argument("--layout", choices=["channels-first", "channels-last"],
                        help="default: the faster one of those that are right")
    options = parser.parse_args()
    layout = options.layout or best_layout(options.engine)
    if layout == "channels-last" and options.engine in WRONG_IN_CHANNELS_LAST:
        parser.error(f"{options.engine} gives wrong gradients in layout channels-last")
    allocators.restart_under(options.allocator, options.threads)

    warnings.filterwarnings("ignore")
    import torch
    import networks
    torch.set_num_threads(options.threads)
    network, shape = networks.build(options.network)
    if options.engine != "pytorch":
        import opacus  # noqa: F401  its import counts as import memory
    imported = peak_memory()
    step = training_step(options.engine, network, shape, options.batch, layout)
    measured, per_processor = rates(step, options.batch, options.seconds, options.repetitions)
    print(json.dumps({
        "engine": options.engine, "network": options.network, "batch": options.batch,
        "examples_per_second": statistics.median(measured),
        "examples_per_cpu_second": statistics.median(per_processor),
        "slowest": min(measured), "fastest": max(measured),
        "peak_memory_bytes": peak_memory(), "import_memory_bytes": imported,
        "threads": options.threads, "allocator": options.allocator, "layout": layout,
    }))


if __name__ == "__main__":
    main()

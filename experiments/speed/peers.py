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


def physical_batch(engine, batch, parameters):
    """Examples at a time: so few that the per-example gradients Opacus keeps take 2 GiB at most."""
    if engine in ("pytorch", "opacus-ghost"):
        return batch
    while batch > 1 and 4 * parameters * batch > 2 << 30:
        batch //= 2
    return batch


def training_step(engine, network, inputs, labels, physical, noise=1.0, rate=0.01, momentum=0.9):
    """A function that does one complete step, private unless the engine is pytorch."""
    import torch
    from torch import nn

    batch = len(inputs)
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=momentum)
    criterion = nn.CrossEntropyLoss()
    mode = ENGINES[engine]
    if mode is not None:
        from opacus import PrivacyEngine
        # Opacus takes the batch size from a loader; nothing is loaded.
        loader = torch.utils.data.DataLoader(
            torch.utils.data.TensorDataset(torch.zeros(4 * batch)), batch_size=batch)
        made = PrivacyEngine(secure_mode=False).make_private(
            module=network, optimizer=optimizer, criterion=criterion, data_loader=loader,
            noise_multiplier=noise, max_grad_norm=1.0, poisson_sampling=False,
            grad_sample_mode=mode)
        network, optimizer = made[0], made[1]
        if mode == "ghost":
            criterion = made[2]
    parts = list(zip(inputs.split(physical), labels.split(physical)))

    def step():
        for index, (some_inputs, some_labels) in enumerate(parts):
            if len(parts) > 1:
                optimizer.signal_skip_step(index + 1 < len(parts))
            optimizer.zero_grad()
            criterion(network(some_inputs), some_labels).backward()
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
    memory_format = (torch.channels_last if layout == "channels-last"
                     else torch.contiguous_format)
    parameters = sum(parameter.numel() for parameter in network.parameters())
    physical = physical_batch(options.engine, options.batch, parameters)
    step = training_step(
        options.engine, network.to(memory_format=memory_format),
        torch.randn(options.batch, *shape).to(memory_format=memory_format),
        torch.randint(10, (options.batch,)), physical)
    measured, per_processor = rates(step, options.batch, options.seconds, options.repetitions)
    print(json.dumps({
        "engine": options.engine, "network": options.network, "batch": options.batch, "physical_batch": physical,
        "examples_per_second": statistics.median(measured),
        "examples_per_cpu_second": statistics.median(per_processor),
        "slowest": min(measured), "fastest": max(measured),
        "peak_memory_bytes": peak_memory(), "import_memory_bytes": imported,
        "threads": options.threads, "allocator": options.allocator, "layout": layout,
    }))


if __name__ == "__main__":
    main()

"""Do Opacus' modes give the clipped sum of batches of one, in both memory layouts?

    python check.py

A mode that does not is no peer to be compared with. Float64, no noise, norm 1, four examples at
once and in two physical batches; prints the relative error of the mean of clipped gradients.
"""

import copy
import warnings

warnings.filterwarnings("ignore")

import torch
from torch import nn

import networks
import peers

BATCH = 4
LAYOUTS = {"channels-first": torch.contiguous_format, "channels-last": torch.channels_last}


def flat(tensors):
    return torch.cat([tensor.detach().flatten() for tensor in tensors])


def one_by_one(network, inputs, labels):
    """Mean of the gradients of batches of one, each clipped to norm 1."""
    total = 0
    for chosen in range(BATCH):
        network.zero_grad()
        one = slice(chosen, chosen + 1)
        nn.CrossEntropyLoss()(network(inputs[one]), labels[one]).backward()
        gradient = flat(parameter.grad for parameter in network.parameters())
        total += gradient / max(1.0, gradient.norm()) / BATCH
    return total


def by_opacus(network, inputs, labels, engine, physical):
    """The same from one step of Opacus without noise, at learning rate 1."""
    before = flat(network.parameters()).clone()
    peers.training_step(engine, network, inputs, labels, physical, noise=0.0, rate=1.0,
                        momentum=0.0)()
    return before - flat(network.parameters())


def main():
    torch.set_num_threads(2)
    print("| network | layout | engine | error | in two parts |\n|---|---|---|---|---|")
    for name in networks.NETWORKS:
        network, shape = networks.build(name)
        network = network.double()
        inputs = torch.randn(BATCH, *shape, dtype=torch.float64)
        labels = torch.randint(10, (BATCH,))
        wanted = one_by_one(network, inputs, labels)
        for layout, memory_format in LAYOUTS.items():
            for engine in list(peers.ENGINES)[1:]:
                errors = []
                for physical in (BATCH, BATCH // 2):
                    try:
                        found = by_opacus(
                            copy.deepcopy(network).to(memory_format=memory_format),
                            inputs.to(memory_format=memory_format), labels, engine, physical)
                        errors.append(f"{(found - wanted).norm() / wanted.norm():.1e}")
                    except Exception as failure:  # a mode that cannot run is a result, too
                        errors.append(f"fails: {type(failure).__name__}")
                print(f"| {name} | {layout} | {engine} | {' | '.join(errors)} |", flush=True)


if __name__ == "__main__":
    main()

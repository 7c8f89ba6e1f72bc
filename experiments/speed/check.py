"""Do Opacus' modes give the clipped sum of batches of one, in both memory layouts?

    python check.py

A mode that does not is no peer to be compared with. Float64, no noise, norm 1, four examples;
prints the relative error of the mean of clipped gradients.
"""

import copy
import warnings

warnings.filterwarnings("ignore")

import torch
from opacus import PrivacyEngine
from torch import nn

import networks

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


def by_opacus(network, inputs, labels, mode):
    """The same from one step of Opacus without noise, at learning rate 1."""
    before = flat(network.parameters())
    loader = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.zeros(4 * BATCH)), batch_size=BATCH)
    made = PrivacyEngine().make_private(
        module=network, optimizer=torch.optim.SGD(network.parameters(), lr=1.0),
        criterion=nn.CrossEntropyLoss(), data_loader=loader, noise_multiplier=0.0,
        max_grad_norm=1.0, poisson_sampling=False, grad_sample_mode=mode)
    criterion = made[2] if mode == "ghost" else nn.CrossEntropyLoss()
    made[1].zero_grad()
    criterion(made[0](inputs), labels).backward()
    made[1].step()
    return before - flat(network.parameters())


def main():
    torch.set_num_threads(2)
    print("| network | layout | mode | relative error |\n|---|---|---|---|")
    for name in networks.NETWORKS:
        network, shape = networks.build(name)
        network = network.double()
        inputs = torch.randn(BATCH, *shape, dtype=torch.float64)
        labels = torch.randint(10, (BATCH,))
        wanted = one_by_one(network, inputs, labels)
        for layout, memory_format in LAYOUTS.items():
            for mode in ("hooks", "functorch", "ghost", "ew"):
                try:
                    found = by_opacus(
                        copy.deepcopy(network).to(memory_format=memory_format),
                        inputs.to(memory_format=memory_format), labels, mode)
                    error = f"{(found - wanted).norm() / wanted.norm():.1e}"
                except Exception as failure:  # a mode that cannot run is a result, too
                    error = f"fails: {type(failure).__name__}: {str(failure).splitlines()[0][:80]}"
                print(f"| {name} | {layout} | {mode} | {error} |", flush=True)


if __name__ == "__main__":
    main()

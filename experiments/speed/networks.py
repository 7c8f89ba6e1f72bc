"""The networks of the study, as the README defines them, in PyTorch."""

import torch
from torch import nn


def mnist_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 16, 8, stride=2, padding=3), nn.Tanh(), nn.MaxPool2d(2, 1),
        nn.Conv2d(16, 32, 4, stride=2), nn.Tanh(), nn.MaxPool2d(2, 1),
        nn.Flatten(),
        nn.Linear(512, 32), nn.Tanh(),
        nn.Linear(32, 10),
    )


def mlp():
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 1024), nn.ReLU(),
        nn.Linear(1024, 1024), nn.ReLU(),
        nn.Linear(1024, 10),
    )


def block(inputs, outputs):
    """Convolution 3x3 with bias, group norm of 16 groups, relu."""
    return [nn.Conv2d(inputs, outputs, 3, padding=1), nn.GroupNorm(16, outputs), nn.ReLU()]


class Residual(nn.Module):
    """x + block(block(x)); no activation after the sum."""

    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(*block(channels, channels), *block(channels, channels))

    def forward(self, x):
        return x + self.body(x)


def resnet9():
    return nn.Sequential(
        *block(3, 64),
        *block(64, 128), nn.MaxPool2d(2),
        Residual(128),
        *block(128, 256), nn.MaxPool2d(2),
        *block(256, 256), nn.MaxPool2d(2),
        Residual(256),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(256, 10),
    )


# Name: (constructor, shape of one example, number of parameters).
NETWORKS = {
    "mnist-cnn": (mnist_cnn, (1, 28, 28), 26_010),
    "mlp": (mlp, (1, 28, 28), 1_863_690),
    "resnet9": (resnet9, (3, 32, 32), 2_441_738),
}


def build(name):
    """The network, seeded, and the shape of one example."""
    constructor, shape, parameters = NETWORKS[name]
    torch.manual_seed(0)
    network = constructor()
    counted = sum(p.numel() for p in network.parameters())
    if counted != parameters:
        raise ValueError(f"{name} has {counted} parameters, the README says {parameters}")
    return network, shape


if __name__ == "__main__":
    for name, (constructor, shape, parameters) in NETWORKS.items():
        network = constructor()
        output = tuple(network(torch.zeros(2, *shape)).shape)
        print(name, sum(p.numel() for p in network.parameters()), parameters, output)

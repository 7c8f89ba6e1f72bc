"""The preset networks as a user of PyTorch would build them, with the parameters of a file."""

import json

import torch
from safetensors import safe_open
from safetensors.torch import load_file

LAYERS = {
    "tanh": torch.nn.Tanh,
    "relu": torch.nn.ReLU,
    "flatten": torch.nn.Flatten,
}


class Network(torch.nn.Module):
    def __init__(self, specs, sample):
        super().__init__()
        built = []
        for spec in specs:
            built.append(layer(spec, sample.shape[1]))
            sample = built[-1](sample)
        self.layers = torch.nn.Sequential(*built)

    def forward(self, x):
        return self.layers(x)


def layer(spec, width):
    kind = spec["kind"]
    if kind == "linear":
        return torch.nn.Linear(width, spec["outputs"])
    if kind == "conv2d":
        return torch.nn.Conv2d(
            width, spec["channels"], spec["kernel"], spec["stride"], spec["padding"], groups=spec["groups"]
        )
    if kind == "max_pool":
        return torch.nn.MaxPool2d(spec["kernel"], spec["stride"])
    return LAYERS[kind]()


def logits(path, encoded):
    """None where the network is none of the presets, or stands behind features."""
    with safe_open(path, framework="pt") as file:
        description = json.loads(file.metadata()["privet"])
    specs = description["layers"]
    known = all(spec["kind"] in {"linear", "conv2d", "max_pool", *LAYERS} for spec in specs)
    if not known or "features" in description:
        return None
    inputs = torch.tensor(encoded, dtype=torch.float32)
    network = Network(specs, inputs[:1])
    network.load_state_dict(load_file(path), strict=True)
    with torch.no_grad():
        return network(inputs).double().numpy()

"""The forward pass of an exported network in numpy, from names, shapes and the list of layers alone."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

EPSILON = 1e-5
_erf = np.vectorize(math.erf)


def forward(description, tensors, inputs):
    inputs = features(description.get("features"), tensors, inputs)
    return layers(description["layers"], "layers", tensors, inputs)


def features(description, tensors, x):
    """What encoded inputs become before the network takes them."""
    stages = description["stages"] if description else []
    for place, stage in enumerate(stages, 1):
        scope = f"features.{place}"
        if "encoder" in stage:
            x = layers(stage["encoder"]["layers"], f"{scope}.layers", tensors, x)
            continue
        spec = stage["configured"]
        shape = x.shape
        if spec["kind"] == "pca":
            x = (x.reshape(len(x), -1) - tensors[f"{scope}.mean"]) @ tensors[f"{scope}.projection"].T
        elif spec["kind"] == "standardise":
            sizes = (-1, 1, 1) if spec["by"] == "channel" else shape[1:]
            mean, deviation = (tensors[f"{scope}.{name}"].reshape(sizes) for name in ("mean", "deviation"))
            x = (x - mean) / deviation
        elif spec["kind"] == "group-normalise":
            x = normal(x.reshape(len(x), spec["groups"], -1)).reshape(shape)
        elif spec["kind"] == "row-norm":
            lengths = np.linalg.norm(x.reshape(len(x), -1), axis=1).reshape(-1, *[1] * (x.ndim - 1))
            target = spec["norm"]
            x = x * (target / np.maximum(lengths, target if spec["mode"] == "clip" else 1e-30))
        else:
            raise ValueError(f"no code for {spec}")
    return x


def layers(specs, name, tensors, value):
    for place, spec in enumerate(specs):
        value = layer(spec, f"{name}.{place}", tensors, value)
    return value


def layer(spec, name, tensors, x):
    kind = spec["kind"]
    weight, bias = tensors.get(f"{name}.weight"), tensors.get(f"{name}.bias")
    if kind == "linear":
        return x @ weight.T + bias
    if kind == "conv2d":
        return conv2d(x, weight, bias, spec)
    if kind == "group_norm":
        rows = x.reshape(len(x), spec["groups"], -1)
        rows = normal(rows).reshape(x.shape)
        return rows * weight[:, None, None] + bias[:, None, None]
    if kind == "public_norm":
        edges = (1, 1) if x.ndim == 4 else ()
        constants = (np.array(spec[key], dtype=float).reshape(-1, *edges) for key in ("mean", "deviation"))
        mean, deviation = constants
        return (x - mean) / deviation
    if kind == "layer_norm":
        if x.ndim == 4:
            x = np.moveaxis(x, 1, -1)
            return np.moveaxis(normal(x) * weight + bias, -1, 1)
        return normal(x) * weight + bias
    if kind == "embedding":
        return weight[x.astype(int)]
    if kind == "multi_head_attention":
        return attention(x, name, tensors, spec["heads"])
    if kind == "residual":
        branch = layers(spec["layers"], f"{name}.branch", tensors, x)
        return branch + layers(spec.get("shortcut", []), f"{name}.shortcut", tensors, x)
    if kind in ("max_pool", "avg_pool"):
        side, step = spec["kernel"], spec.get("stride") or spec["kernel"]
        windows = sliding_window_view(x, (side, side), axis=(2, 3))[:, :, ::step, ::step]
        return windows.max((4, 5)) if kind == "max_pool" else windows.mean((4, 5))
    if kind in ("global_max_pool", "global_avg_pool"):
        axes = (2, 3) if x.ndim == 4 else 1
        return x.max(axes) if kind == "global_max_pool" else x.mean(axes)
    return {
        "relu": lambda: np.maximum(x, 0),
        "tanh": lambda: np.tanh(x),
        "sigmoid": lambda: 1 / (1 + np.exp(-x)),
        "silu": lambda: x / (1 + np.exp(-x)),
        "gelu": lambda: x * (1 + _erf(x / math.sqrt(2))) / 2,
        "square": lambda: x * x,
        "flatten": lambda: x.reshape(len(x), -1),
        "dropout": lambda: x,
    }[kind]()


def normal(x):
    mean = x.mean(-1, keepdims=True)
    return (x - mean) / np.sqrt(x.var(-1, keepdims=True) + EPSILON)


def conv2d(x, weight, bias, spec):
    side, step = spec["kernel"], spec.get("stride", 1)
    edge, groups = spec.get("padding", 0), spec.get("groups", 1)
    x = np.pad(x, ((0, 0), (0, 0), (edge, edge), (edge, edge)))
    windows = sliding_window_view(x, (side, side), axis=(2, 3))[:, :, ::step, ::step]
    outputs = [
        np.einsum("ncyxij,ocij->noyx", part, kernel, optimize=True)
        for part, kernel in zip(np.split(windows, groups, axis=1), np.split(weight, groups))
    ]
    return np.concatenate(outputs, axis=1) + bias[:, None, None]


def attention(x, name, tensors, heads):
    rows, length, width = x.shape

    def linear(part, value):
        return value @ tensors[f"{name}.{part}.weight"].T + tensors[f"{name}.{part}.bias"]

    def apart(part):
        return linear(part, x).reshape(rows, length, heads, -1).transpose(0, 2, 1, 3)

    query, key, value = apart("query"), apart("key"), apart("value")
    scores = query @ key.transpose(0, 1, 3, 2) / math.sqrt(width // heads)
    powers = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = powers / powers.sum(-1, keepdims=True) @ value
    return linear("output", mixed.transpose(0, 2, 1, 3).reshape(rows, length, width))

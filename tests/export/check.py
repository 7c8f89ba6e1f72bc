#!/usr/bin/env python3
"""Do other programs read what `privet export` writes, and compute the same?

    python3 tests/export/check.py target/debug/privet

Needs the packages numpy, safetensors, onnx and onnxruntime; with torch, its own loader is tried too.
Trains small models with every network preset, of both methods, and one with every other layer; exports
each in all formats; and compares:

- ONNX: onnx.checker, then logits of onnxruntime on raw records with those of `privet predict`;
- safetensors: logits of a forward pass in numpy (and torch) from the parameters alone;
- integers: examples of the encoding, golden vectors, and integer logits of `privet predict`, by an
  evaluation in Python;
- the metadata of both with the run's privacy.json.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors import safe_open

from integers import check_encoding, evaluate
from networks import forward
from data import data_sets, on_the_edge, raw_rows

TOLERANCE = 1e-5
PRIVET = Path(sys.argv[1]).resolve()


def privet(*words):
    done = subprocess.run([PRIVET, *map(str, words)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"privet {' '.join(map(str, words))}\n{done.stderr}")
    return done.stdout


def config(method, data, network, folder):
    """A small training; its accuracy does not matter, its numbers do."""
    adam = '{ kind = "adam", learning_rate = 0.01 }'
    lines = [f'method = "{method}"', "seed = 3"]
    if method == "pate":
        teacher = '{ preset = "linear" }'
        lines += [
            "[teachers]", "count = 10", f"network = {teacher}", "epochs = 2", "batch_size = 32",
            f"optimizer = {adam}",
            "[aggregator]", 'mechanism = "gnmax"', "queries = 40",
            "[student]", f"network = {network}", "epochs = 4", "batch_size = 8", f"optimizer = {adam}",
        ]
    else:
        lines += [
            "[dp_sgd]", f"network = {network}", "sampling_probability = 0.05", "steps = 12",
            "clipping_norm = 1.0", f"optimizer = {adam}",
        ]
    lines += ["[privacy]", "epsilon = 2.0", "delta = 1e-5", data]
    path = folder / "config.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def logits_of_privet(model, rows):
    lines = privet("predict", model, rows, "--logits", "--json").splitlines()
    return np.array([json.loads(line)["logits"] for line in lines], dtype=np.float64)


def difference(found, expected):
    """The largest, relative to the largest logit."""
    return float(np.max(np.abs(found - expected)) / max(1.0, np.max(np.abs(expected))))


def feed_of(session, inputs):
    """Inputs in the type that the graph takes."""
    types = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(string)": object}
    return {entry.name: inputs[entry.name].astype(types[entry.type]) for entry in session.get_inputs()}


def check_edges(model, folder):
    """Numbers between two levels of a grid come to the same level in every runtime."""
    rows, inputs = on_the_edge(folder / "edges")
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    found = session.run(["logits"], feed_of(session, inputs))[0]
    assert difference(found, logits_of_privet(model, rows)) < TOLERANCE


def check_onnx(path, inputs, expected, privacy, statement):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    check_metadata(metadata, privacy, statement)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    assert [output.name for output in session.get_outputs()] == ["logits", "probabilities"]
    feed = feed_of(session, inputs)
    found, probabilities = session.run(None, feed)
    assert difference(found, expected) < TOLERANCE, f"ONNX differs by {difference(found, expected)}"
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    # Any number of rows, and one row alone like the same row among others.
    single = {name: value[:1] for name, value in feed.items()}
    assert difference(session.run(None, single)[0], expected[:1]) < TOLERANCE
    return difference(found, expected)


def check_metadata(metadata, privacy, statement):
    entry = json.loads(metadata["privet"])
    assert entry["privacy"] == privacy
    assert metadata["private"] == "true"
    assert float(metadata["epsilon"]) == privacy["epsilon"]
    assert float(metadata["delta"]) == privacy["delta"]
    for key in ["neighboring_relation", "unit", "accountant"]:
        assert metadata[key] == privacy[key], key
    assert metadata["dataset"] == entry["dataset"]
    assert json.loads(metadata["classes"]) == entry["classes"]
    assert metadata["statement_sha256"] == hashlib.sha256(statement).hexdigest()


def check_safetensors(path, encoded, expected, privacy, statement):
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
        check_metadata(metadata, privacy, statement)
        tensors = {name: file.get_tensor(name) for name in file.keys()}
    description = json.loads(metadata["privet"])
    found = forward(description, {name: t.astype(np.float64) for name, t in tensors.items()}, encoded)
    assert difference(found, expected) < TOLERANCE, f"numpy differs by {difference(found, expected)}"
    return difference(found, expected)


def check_integers(path, encoded, rows, expected):
    """Golden vectors and the program's own answers, by an evaluation in Python's integers."""
    privet("export", "--verify", path)
    model = json.loads(path.read_text())
    for golden in model["golden"]:
        found = evaluate(model, golden["input"])
        assert found == [int(logit) for logit in golden["logits"]]
    assert check_encoding(model) > 0
    lines = privet("predict", path, rows, "--logits", "--json").splitlines()
    answers = np.array([[int(logit) for logit in json.loads(line)["logits"]] for line in lines], dtype=object)
    for row in range(20):
        numbers = np.rint(encoded[row].ravel() / model["input"]["scale"]).astype(int)
        assert evaluate(model, numbers.tolist()) == answers[row].tolist()
    scaled = answers.astype(np.float64) * model["layers"][-1]["output"]["scale"]
    same = np.mean(scaled.argmax(1) == expected.argmax(1))
    bits = model["layers"][-1]["output"]["bits"]
    return f"integers equal, {100 * same:.1f} % of classes as in floats, logits of {bits} bits"


def check_torch(path, encoded, expected):
    try:
        from torch_networks import logits
    except ImportError:
        return None
    found = logits(path, encoded)
    if found is None:
        return None
    assert difference(found, expected) < TOLERANCE, f"torch differs by {difference(found, expected)}"
    return difference(found, expected)


ALL_LAYERS = """{ layers = [
  { kind = "conv2d", channels = 8, kernel = 3, padding = 1 }, { kind = "group_norm", groups = 2 },
  { kind = "silu" }, { kind = "max_pool", kernel = 2 },
  { kind = "residual", layers = [ { kind = "conv2d", channels = 8, kernel = 3, padding = 1, groups = 4 },
    { kind = "layer_norm" }, { kind = "gelu" } ], shortcut = [ { kind = "conv2d", channels = 8, kernel = 1 } ] },
  { kind = "avg_pool", kernel = 3, stride = 2 }, { kind = "sigmoid" }, { kind = "global_max_pool" },
  { kind = "linear", outputs = 12 }, { kind = "square" }, { kind = "layer_norm" },
  { kind = "linear", outputs = 10 } ] }""".replace("\n", " ")

SEQUENCE = """{ layers = [ { kind = "embedding", vocabulary = 17, width = 6 },
  { kind = "residual", layers = [ { kind = "layer_norm" }, { kind = "multi_head_attention", heads = 2 } ] },
  { kind = "linear", outputs = 5 }, { kind = "relu" }, { kind = "global_avg_pool" },
  { kind = "linear", outputs = 10 } ] }""".replace("\n", " ")


TABLE_FEATURES = """features = [ { kind = "standardise" }, { kind = "row-norm", norm = 2.0, mode = "clip" },
  { kind = "pca", components = 12, whitening = 0.5 }, { kind = "group-normalise", groups = 3 } ]
"""

IMAGE_FEATURES = """features = [ { kind = "standardise", by = "channel" }, { kind = "group-normalise", groups = 3 },
  { kind = "encoder", epochs = 1, batch_size = 64, projection = [16], objective = { kind = "contrastive", temperature = 0.5 } },
  { kind = "row-norm" }, { kind = "pca", components = 20, whitening = 0.25 } ]
"""

ENCRYPTED_CNN = '{ preset = "encrypted-cnn", profile = "encrypted-inference" }'

ENCRYPTED = """{ profile = "encrypted-inference", layers = [
  { kind = "public_norm", mean = [0.5], deviation = [0.29] },
  { kind = "conv2d", channels = 4, kernel = 5, stride = 2, padding = 2 }, { kind = "square" },
  { kind = "conv2d", channels = 6, kernel = 3, groups = 2 }, { kind = "avg_pool", kernel = 3 },
  { kind = "square" }, { kind = "global_avg_pool" }, { kind = "linear", outputs = 10 } ] }""".replace("\n", " ")

ENCRYPTED_DIGITS = """{ profile = "encrypted-inference", layers = [ { kind = "flatten" },
  { kind = "linear", outputs = 16 }, { kind = "square" }, { kind = "linear", outputs = 10 } ] }""".replace("\n", " ")


def cases(data):
    mlp, linear, cnn = ('{ preset = "mlp", hidden = [16] }', '{ preset = "linear" }', '{ preset = "cnn" }')
    yield "census linear", linear, data["census"]
    yield "census mlp", mlp, data["census"]
    yield "optdigits mlp", mlp, data["optdigits"]
    yield "optdigits every other layer", ALL_LAYERS, data["optdigits"]
    yield "tokens attention", SEQUENCE, data["tokens"]
    yield "times linear", linear, data["times"]
    yield "amounts mlp", mlp, data["amounts"]
    yield "census features", linear, data["census"] + TABLE_FEATURES.replace("\n  ", " ")
    yield "colours features", linear, data["colours"].replace("[data]\n", "[data]\n" + IMAGE_FEATURES.replace("\n  ", " "))
    yield "images cnn", cnn, data["images"]
    yield "images linear", linear, data["images"]
    yield "colours cnn", cnn, data["colours"]
    yield "levels encrypted-cnn", ENCRYPTED_CNN, data["levels"]
    yield "levels every layer for encryption", ENCRYPTED, data["levels"]
    yield "digits on levels", ENCRYPTED_DIGITS, data["optdigits"] + "input_bits = 4\n"


def check(title, method, network, data, folder):
    run = folder / "run"
    privet("run", config(method, data, network, folder), "--out", run, "--quiet")
    privet("export", run)
    released = run / "released"
    privacy = json.loads((released / "privacy.json").read_text())
    statement = (released / "statement.md").read_bytes()
    models = [released / f"model.{ending}" for ending in ["safetensors", "onnx", "bpk"]]
    with safe_open(models[0], framework="numpy") as file:
        description = json.loads(file.metadata()["privet"])
    rows, inputs, encoded = raw_rows(description["preprocessing"], folder / "rows")
    # All three formats hold the same network.
    expected = [logits_of_privet(model, rows) for model in models]
    assert np.array_equal(expected[0], expected[1]) and np.array_equal(expected[0], expected[2])
    for model in models:
        privet("export", "--verify", model)
    differences = [
        check_onnx(models[1], inputs, expected[0], privacy, statement),
        check_safetensors(models[0], encoded, expected[0], privacy, statement),
        check_torch(models[0], encoded, expected[0]),
    ]
    if title.startswith("amounts"):
        check_edges(models[1], folder)
    whole = released / "model.integer.json"
    if whole.exists():
        print(f"{title}, {method}: {check_integers(whole, encoded, rows, expected[0])}")
    shown = ["-" if d is None else f"{d:.1e}" for d in differences]
    print(f"{title}, {method}: onnxruntime {shown[0]}, numpy {shown[1]}, torch {shown[2]}", flush=True)


def main():
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        data = dict(data_sets(root))
        for title, network, table in cases(data):
            for method in ["dp-sgd", "pate"]:
                folder = root / f"{title}-{method}".replace(" ", "-")
                folder.mkdir()
                check(title, method, network, table, folder)


if __name__ == "__main__":
    main()

"""Data sets to train on, and raw rows to ask models about."""

import csv

import numpy as np

PUBLIC = 'public = { source = "drawn for a test", declared_by = "the test" }'


def data_sets(folder):
    """Their `[data]` tables by name."""
    generator = np.random.default_rng(5)
    yield "census", '[data]\nname = "census"\n'
    yield "optdigits", '[data]\nname = "optdigits"\n'
    # Row 0 of the labels is 0 and so on, so that every class occurs.
    labels = np.arange(2000) % 10
    images = generator.integers(0, 256, (2000, 28, 28), dtype=np.uint8)
    yield "images", _files(folder, "images", images, labels, "bounds = [0, 255]")
    colours = generator.normal(100.0, 60.0, (2000, 3, 18, 20)).astype(np.float32)
    scaling = "scaling = { minimum = 0.0, maximum = 255.0, offset = 33.3, divisor = 78.6 }"
    yield "colours", _files(folder, "colours", colours, labels, scaling)
    # Numbers that 32 bits cannot tell apart.
    times = 1e9 + generator.uniform(0, 100, (2000, 7))
    yield "times", _files(folder, "times", times, labels, "bounds = [1000000000.0, 1000000100.0]")
    yield "amounts", _amounts(folder, generator)
    tokens = generator.integers(0, 17, (2000, 9), dtype=np.uint8)
    yield "levels", _files(folder, "images", images, labels, "bounds = [0, 255]\ninput_bits = 3")
    scaling = "scaling = { minimum = 0.0, maximum = 16.0, offset = 0.0, divisor = 1.0 }"
    yield "tokens", _files(folder, "tokens", tokens, labels, scaling)


def _files(folder, name, inputs, labels, scaling):
    np.save(folder / f"{name}.npy", inputs)
    np.save(folder / f"{name}-labels.npy", labels.astype(np.uint8))
    records = f'{{ inputs = "{folder}/{name}.npy", labels = "{folder}/{name}-labels.npy" }}'
    classes = [f"class {number}" for number in range(10)]
    return (
        f'[data]\nname = "{name}"\nclasses = {classes}\n{scaling}\ndeclared_size = 1000\n'
        f"files = {{ records = {records} }}\n{PUBLIC}\nsplit = {{ pool = 0.3, test = 0.2 }}\n"
    )


def _amounts(folder, generator):
    """A table on a grid of four levels, with a logarithm whose middle, 2 of 0 to 8, is between two levels."""
    with open(folder / "amounts.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["amount", "age", "label"])
        for amount, age in generator.uniform([0, 0], [8, 90], (2000, 2)):
            writer.writerow([amount, age, "yes" if amount > 3 else "no"])
    columns = """columns = [
  { kind = "numeric", name = "amount", min = 0.0, max = 8.0, transform = "log" },
  { kind = "numeric", name = "age", min = 0.0, max = 90.0 },
  { kind = "label", name = "label", classes = ["no", "yes"] } ]"""
    return (
        f'[data]\nname = "amounts"\ninput_bits = 2\ndeclared_size = 1000\n{PUBLIC}\n'
        f'files = {{ records = {{ inputs = "{folder}/amounts.csv" }} }}\n'
        f"split = {{ pool = 0.3, test = 0.2 }}\n[data.schema]\n{columns}\n"
    )


def on_the_edge(path):
    """Rows of "amounts" between two levels of the grid: a file for privet, the inputs for onnxruntime."""
    rows = np.array([[amount, age] for amount in range(9) for age in (0, 15, 45, 90)], dtype=np.float64)
    np.save(path.with_suffix(".npy"), rows)
    return path.with_suffix(".npy"), {"features": rows}


def raw_rows(preprocessing, path, count=300):
    """Random raw rows that fit a model, some of them out of bounds: a file for privet, the inputs for
    onnxruntime, and the encoded rows by a computation of our own. `path` is without its ending."""
    generator = np.random.default_rng(6)
    if preprocessing["kind"] == "pixels":
        return _pixels(preprocessing, path, generator, count)
    schema = preprocessing["schema"]
    columns = [c for c in schema["columns"] if c["kind"] in ("numeric", "categorical")]
    raw, encoded = {}, []
    for column in columns:
        if column["kind"] == "categorical":
            picks = generator.integers(0, len(column["categories"]), count)
            raw[column["name"]] = np.array([column["categories"][pick] for pick in picks], dtype=object)
            encoded.append(np.eye(len(column["categories"]))[picks])
            continue
        low, high = column["min"], column["max"]
        wide = generator.uniform(low - 0.1 * (high - low), high + 0.1 * (high - low), count)
        raw[column["name"]] = wide
        clamped = np.clip(wide, low, high)
        unit = (clamped - low) / (high - low)
        if column.get("transform") == "log":
            unit = np.log1p(clamped - low) / np.log1p(high - low)
        signed = schema.get("range", "unit") == "symmetric"
        unit = _levels(2 * unit - 1 if signed else unit, schema.get("input_bits"), signed)
        encoded.append(unit[:, None])
    encoded = np.concatenate(encoded, axis=1)
    if "shape" in schema:
        encoded = encoded.reshape(count, *_sizes(schema["shape"]))
    if all(column["kind"] == "numeric" for column in columns):
        table = np.stack(list(raw.values()), axis=1)
        np.save(path.with_suffix(".npy"), table)
        return path.with_suffix(".npy"), {"features": table}, encoded
    with open(path.with_suffix(".csv"), "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(raw)
        writer.writerows(zip(*(map(str, values) for values in raw.values())))
    return path.with_suffix(".csv"), raw, encoded


def _pixels(preprocessing, path, generator, count):
    scaling = preprocessing["scaling"]
    low, high = scaling["minimum"], scaling["maximum"]
    sizes = _sizes(preprocessing["shape"])
    if scaling["divisor"] == 1.0:  # tokens
        raw = generator.integers(int(low), int(high) + 1, (count, *sizes)).astype(np.float32)
    else:
        raw = generator.uniform(low - 20, high + 20, (count, *sizes))
        if abs(low) < 1e6:
            raw = raw.astype(np.float32)
    np.save(path.with_suffix(".npy"), raw)
    encoded = (np.clip(raw.astype(np.float64), low, high) - scaling["offset"]) / scaling["divisor"]
    encoded = _levels(encoded, scaling.get("input_bits"), (low - scaling["offset"]) < 0)
    name = "image" if preprocessing["shape"]["kind"] == "image" else "features"
    return path.with_suffix(".npy"), {name: raw}, encoded


def _levels(values, bits, signed):
    if bits is None:
        return values
    highest = 2 ** (bits - signed) - 1
    # Halves away from zero; numpy rounds them to even.
    return np.sign(values) * np.floor(np.abs(values) * highest + 0.5) / highest


def _sizes(shape):
    if shape["kind"] == "image":
        return shape["channels"], shape["height"], shape["width"]
    return (shape["features"],)

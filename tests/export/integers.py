"""A model of whole numbers evaluated from docs/ENCRYPTED_INFERENCE.md alone, in Python's own integers."""

import math


def check_encoding(model):
    """The file's examples of raw numbers, encoded anew; their number."""
    for example in model["encoding"]:
        found = level(model, example.get("column"), example["raw"])
        assert found == example["number"], f"{example}: {found}"
    return len(model["encoding"])


def level(model, column, raw):
    """Number of the level that a raw number becomes: halves away from zero, which Python's round is not."""
    grid = model["input"]["grid"]
    highest = 2 ** (grid["bits"] - grid["signed"]) - 1
    nearest = encoded(model["description"]["preprocessing"], column, raw) * highest
    # Not floor(x + 0.5): the sum may round up to the next whole number. The part behind the point is exact.
    below = math.floor(abs(nearest))
    size = below + (abs(nearest) - below >= 0.5)
    number = -size if nearest < 0 else size
    return max(-highest if grid["signed"] else 0, min(highest, number))


def encoded(preprocessing, column, raw):
    """In front of the rounding."""
    if column is None:
        scaling = preprocessing["scaling"]
        clamped = min(max(raw, scaling["minimum"]), scaling["maximum"])
        return (clamped - scaling["offset"]) / scaling["divisor"]
    schema = preprocessing["schema"]
    (own,) = [own for own in schema["columns"] if own["name"] == column]
    low, high = own["min"], own["max"]
    clamped = min(max(raw, low), high)
    if own.get("transform") == "log":
        unit = math.log1p(clamped - low) / math.log1p(high - low)
    else:
        unit = (clamped - low) / (high - low)
    return 2 * unit - 1 if schema.get("range", "unit") == "symmetric" else unit


def evaluate(model, numbers):
    shape = model["input"]["shape"]
    values = list(numbers)
    for entry in model["layers"]:
        values = layer(entry["layer"], shape, values)
        shape, bounds = entry["output"]["shape"], entry["output"]["bounds"]
        assert all(int(bounds["low"]) <= value <= int(bounds["high"]) for value in values)
    return values


def layer(spec, shape, x):
    kind = spec["kind"]
    if kind == "square":
        return [value * value for value in x]
    if kind == "flatten":
        return x
    if kind == "linear":
        weights, bias = spec["parameters"]["weights"], spec["parameters"]["bias"]
        rows = range(spec["outputs"])
        width = len(x)
        return [
            int(bias[o]) + sum(w * v for w, v in zip(weights[o * width : (o + 1) * width], x)) for o in rows
        ]
    channels, height, width = shape["channels"], shape["height"], shape["width"]
    image = [[x[(c * height + y) * width : (c * height + y + 1) * width] for y in range(height)] for c in range(channels)]
    if kind == "global_sum":
        return [sum(map(sum, channel)) for channel in image]
    side, step = spec["kernel"], spec["stride"]
    if kind == "sum_pool":
        places = [((height - side) // step + 1), ((width - side) // step + 1)]
        return [
            sum(image[c][y * step + a][z * step + b] for a in range(side) for b in range(side))
            for c in range(channels)
            for y in range(places[0])
            for z in range(places[1])
        ]
    assert kind == "conv2d"
    edge, groups = spec["padding"], spec["groups"]
    rows, columns = (height + 2 * edge - side) // step + 1, (width + 2 * edge - side) // step + 1
    weights, bias = spec["parameters"]["weights"], spec["parameters"]["bias"]
    seen, outputs = channels // groups, []
    for o in range(spec["channels"]):
        first = o // (spec["channels"] // groups) * seen
        for y in range(rows):
            for z in range(columns):
                place = len(outputs) if len(bias) > spec["channels"] else o
                total = int(bias[place])
                for c in range(seen):
                    for a in range(side):
                        for b in range(side):
                            i, j = y * step + a - edge, z * step + b - edge
                            if 0 <= i < height and 0 <= j < width:
                                w = weights[((o * seen + c) * side + a) * side + b]
                                total += w * image[first + c][i][j]
                outputs.append(total)
    return outputs

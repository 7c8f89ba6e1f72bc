"""A model of whole numbers evaluated from docs/ENCRYPTED_INFERENCE.md alone, in Python's own integers."""


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

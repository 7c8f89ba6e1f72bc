#!/usr/bin/env python3
"""Checks the OpenAPI description of `privet serve`: python3 tests/serve_openapi.py DEMO

DEMO is the example of privet-serve (cargo build -p privet-serve --examples). The document must be valid
OpenAPI 3.1, and its schema exact: many changed questions (fixed seed) are answered if and only if the
schema allows them, and every answer fits its own schema. Needs the packages openapi-spec-validator and
jsonschema; without them it says so and ends well.
"""

import copy
import http.client
import json
import random
import subprocess
import sys
from urllib.parse import urlsplit

try:
    from jsonschema import Draft202012Validator
    from openapi_spec_validator import validate
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(0)

# Of each kind of model; pictures are large, and checking them by their schema is slow.
QUESTIONS = {"table": 1500, "numbers": 1500, "image": 150, "signed": 50, "colour": 50}
VALUES = [0, 1, -1, 255, 256, 1.5, -0.5, 1e300, 20, "20", "Private", "private", "?", "", None, True, False, [], {}, [1]]


def places(value, path=()):
    """The path of everything in a value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, path + (key,))


def changed(question, draw):
    """A question with one to three values changed, removed, repeated or renamed."""
    question = copy.deepcopy(question)
    for _ in range(draw.randint(1, 3)):
        path = draw.choice(list(places(question)))
        if not path:
            continue
        parent = question
        for key in path[:-1]:
            parent = parent[key]
        key, kind = path[-1], draw.randrange(4)
        if kind == 0:
            del parent[key]
        elif kind == 1 and isinstance(parent, list):
            parent.insert(key, copy.deepcopy(parent[key]))
        elif kind == 1:
            parent[draw.choice(["age", "probabilities", "inputs", "records", "sex", "x"])] = parent.pop(key)
        else:
            parent[key] = copy.deepcopy(draw.choice(VALUES))
    return question


class Service:
    def __init__(self, demo, kind):
        self.process = subprocess.Popen([demo, kind, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.connection = http.client.HTTPConnection(urlsplit(self.process.stdout.readline().strip()).netloc)

    def ask(self, method, path, question=None):
        body = None if question is None else json.dumps(question)
        headers = {} if question is None else {"Content-Type": "application/json"}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self):
        self.connection.close()
        self.process.communicate(timeout=20)


def check(kind, service, draw):
    """Every way in which description and service disagree."""
    document = service.ask("GET", "/openapi.json")[1]
    validate(document)
    schema = lambda name: Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})
    question, answer, problem = schema("Question"), schema("Answer"), schema("Problem")
    for name, path in (("Model", "/v1/model"), ("Health", "/health")):
        if not schema(name).is_valid(service.ask("GET", path)[1]):
            yield f"{kind}: {path} is not as described"
    content = document["paths"]["/v1/predict"]["post"]["requestBody"]["content"]["application/json"]
    model = service.ask("GET", "/v1/model")[1]["form"]
    pixels = [[min(7, model.get("maximum", 7))] * (model.get("channels", 1) * model.get("height", 1) * model.get("width", 1))] * 2
    good = content.get("example", {"inputs": pixels, "probabilities": True})
    allowed = 0
    for _ in range(QUESTIONS[kind]):
        asked = changed(good, draw)
        status, found = service.ask("POST", "/v1/predict", asked)
        fits = question.is_valid(asked)
        allowed += fits
        if fits != (status == 200) or status not in (200, 413, 422):
            yield f"{kind}: status {status} where the schema says {fits}: {json.dumps(asked)[:300]} {found}"
        if not (answer if status == 200 else problem).is_valid(found):
            yield f"{kind}: an answer is not as described: {found}"
    if not 0.05 < allowed / QUESTIONS[kind] < 0.95:
        yield f"{kind}: {allowed} of {QUESTIONS[kind]} questions were allowed: that tests nothing"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    faults = []
    for kind in QUESTIONS:
        service = Service(sys.argv[1], kind)
        try:
            faults += check(kind, service, random.Random(7))
        finally:
            service.close()
    for fault in faults[:20]:
        print(f"error: {fault}")
    if faults:
        sys.exit(1)
    print(f"{len(QUESTIONS)} descriptions are valid, and exact for {sum(QUESTIONS.values())} questions")


if __name__ == "__main__":
    main()

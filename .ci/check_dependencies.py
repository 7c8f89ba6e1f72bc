#!/usr/bin/env python3
"""Checks every crate of the tree against deny.toml: licences, duplicate versions, sources.

The same three checks as `cargo deny check licenses bans sources`, from the same file, without
compiling cargo-deny. Needs cargo and Python 3.11 (or the package tomli).
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

try:
    import tomllib
except ImportError:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent


def cargo(*words):
    done = subprocess.run(["cargo", *words, "--locked"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def packages_in_use():
    """The packages that some target builds, by (name, version): those of the lock file that only a
    feature nobody chose would bring are left out."""
    tree = cargo("tree", "--workspace", "--target", "all", "--prefix", "none", "--format", "{p}")
    used = {tuple(line.split()[:2]) for line in tree.splitlines() if line.strip()}
    metadata = json.loads(cargo("metadata", "--format-version", "1"))
    return [p for p in metadata["packages"] if (p["name"], "v" + p["version"]) in used]


def allows(expression, allowed):
    """Whether an SPDX expression can be met with allowed licences only."""
    tokens = re.findall(r"\(|\)|/|[^\s()/]+", expression)
    position = 0

    def peek():
        return tokens[position] if position < len(tokens) else None

    def take():
        nonlocal position
        position += 1
        return tokens[position - 1]

    def either():
        met = both()
        while peek() in ("OR", "/"):
            take()
            met = both() or met
        return met

    def both():
        met = one()
        while peek() == "AND":
            take()
            met = one() and met
        return met

    def one():
        if peek() == "(":
            take()
            met = either()
            if take() != ")":
                raise ValueError(expression)
            return met
        name = take()
        if peek() == "WITH":
            take()
            name += " WITH " + take()
        return name in allowed

    met = either()
    if peek() is not None:
        raise ValueError(expression)
    return met


def licence_faults(packages, rules):
    allowed = set(rules["allow"])
    exceptions = {e["crate"]: set(e["allow"]) for e in rules.get("exceptions", [])}
    for package in packages:
        name = f"{package['name']} {package['version']}"
        expression = package["license"]
        if not expression:
            yield f"{name} states no licence"
            continue
        if not allows(expression, allowed | exceptions.get(package["name"], set())):
            yield f"{name} is under {expression}, which deny.toml does not allow"
    for name in exceptions.keys() - {p["name"] for p in packages}:
        yield f"deny.toml has a licence exception for {name}, which is not in the tree: remove it"


def duplicate_faults(packages, rules):
    skipped = {skip["crate"] for skip in rules.get("skip", [])}
    versions = defaultdict(set)
    for package in packages:
        versions[package["name"]].add(package["version"])
    for name, found in sorted(versions.items()):
        left = sorted(v for v in found if f"{name}@{v}" not in skipped)
        if len(left) > 1:
            yield f"{name} is there in versions {', '.join(left)}: agree on one (cargo tree -i {name})"
    for skip in sorted(skipped):
        name, _, version = skip.partition("@")
        if len(versions.get(name, ())) < 2 or version not in versions[name]:
            yield f"deny.toml skips {skip}, which is no duplicate any more: remove it"


def source_faults(packages, rules):
    for package in packages:
        source = package["source"]
        if source is not None and source.removeprefix("registry+") not in rules["allow-registry"]:
            yield f"{package['name']} {package['version']} comes from {source}, not from crates.io"


def main():
    with open(ROOT / "deny.toml", "rb") as file:
        rules = tomllib.load(file)
    packages = packages_in_use()
    if len(packages) < 10:
        sys.exit("error: cargo named next to no packages; this check would pass on anything")
    faults = [
        *licence_faults([p for p in packages if p["source"]], rules["licenses"]),
        *duplicate_faults(packages, rules["bans"]),
        *source_faults(packages, rules["sources"]),
    ]
    for fault in faults:
        print(f"error: {fault}")
    if faults:
        sys.exit(1)
    print(f"{len(packages)} crates: licences, versions and sources are as deny.toml says")


if __name__ == "__main__":
    main()

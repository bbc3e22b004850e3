"""Compares two folders of golden numbers: compare.py CHECKED_IN FRESH.

Real numbers may differ by 1e-6 of the largest of their array (a JSON number is an array of its own), since
another machine adds in another order; names, shapes, whole JSON numbers and text must be equal.
"""

import json
import pathlib
import sys

import numpy as np
from safetensors import safe_open

RELATIVE, ABSOLUTE = 1e-6, 1e-9
SOURCES = {".py", ".md"}


def values_of(path):
    """Name to value of everything in a file."""
    if path.suffix == ".json":
        return dict(flatten("", json.loads(path.read_text())))
    with safe_open(path, "numpy") as file:
        values = {name: file.get_tensor(name) for name in file.keys()}
        for name, text in (file.metadata() or {}).items():
            values.update(flatten(f"metadata/{name}", json.loads(text)))
    return values


def flatten(name, value):
    if isinstance(value, dict):
        for key, item in value.items():
            yield from flatten(f"{name}/{key}", item)
    elif isinstance(value, list):
        yield f"{name}/length", len(value)
        for index, item in enumerate(value):
            yield from flatten(f"{name}/{index}", item)
    else:
        yield name, value


def is_real(value):
    return isinstance(value, (float, np.ndarray))


def difference(old, new):
    """What differs, or None."""
    if not (is_real(old) and is_real(new)):
        return None if old == new else f"{old!r} became {new!r}"
    old, new = np.asarray(old, float), np.asarray(new, float)
    if old.shape != new.shape:
        return f"shape {old.shape} became {new.shape}"
    if old.size == 0 or np.array_equal(old, new, equal_nan=True):
        return None
    off = np.abs(old - new).max()
    allowed = ABSOLUTE + RELATIVE * np.abs(old).max()
    return None if off <= allowed else f"off by {off:.3g}, allowed {allowed:.3g}"


def differences(old_path, new_path):
    if not (old_path.exists() and new_path.exists()):
        yield "not made by any script" if old_path.exists() else "not checked in"
        return
    old, new = values_of(old_path), values_of(new_path)
    for name in sorted(old.keys() | new.keys()):
        if name not in new or name not in old:
            yield f"{name} {'vanished' if name in old else 'is new'}"
        elif (found := difference(old[name], new[name])) is not None:
            yield f"{name} {found}"


def main():
    checked_in, fresh = map(pathlib.Path, sys.argv[1:])
    names = {path.name for folder in (checked_in, fresh) for path in folder.iterdir() if path.is_file()}
    failed = False
    for name in sorted(name for name in names if pathlib.Path(name).suffix not in SOURCES):
        found = list(differences(checked_in / name, fresh / name))
        failed |= bool(found)
        print(f"{name}: {'; '.join(found[:5]) or 'agrees'}{' ...' if len(found) > 5 else ''}")
    sys.exit(failed)


if __name__ == "__main__":
    main()

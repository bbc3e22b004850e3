"""Holds an exported file against probabilities of the engine, by the tools the file is made for.

    python agree.py FILE IMAGES EXPECTED      raw uint8 images and raw float32 probabilities

Prints the largest difference. FILE ends in .onnx or .py.
"""

import importlib.util
import json
import sys

import numpy as np


def onnx(path, images):
    import onnx
    import onnxruntime

    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (image,), (probabilities,) = session.get_inputs(), session.get_outputs()
    assert (image.name, image.type) == ("image", "tensor(uint8)"), image
    assert isinstance(image.shape[0], str), f"a batch of any size, not {image.shape}"
    assert len(json.loads(metadata["classes"])) == probabilities.shape[1], metadata
    images = images.reshape(-1, *image.shape[1:])
    together = session.run(None, {"image": images})[0]
    alone = session.run(None, {"image": images[:1]})[0]
    assert np.abs(together[:1] - alone).max() < 1e-6, "an image does not depend on its batch"
    return together


def pytorch(path, images):
    import torch

    spec = importlib.util.spec_from_file_location("exported", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    images = torch.from_numpy(images.reshape(-1, *module.IMAGE))
    with torch.inference_mode():
        probabilities = module.load()(images).numpy()
    assert probabilities.shape[1] == len(module.CLASSES)
    return probabilities


path, images, expected = sys.argv[1:]
run = onnx if path.endswith(".onnx") else pytorch
found = run(path, np.fromfile(images, np.uint8))
expected = np.fromfile(expected, np.float32).reshape(found.shape)
print(np.abs(found - expected).max())

"""What the golden scripts share: random inputs that f32 holds exactly, and files of tensors.

Everything is computed in f64. Inputs (images, targets, weights, mixtures) are stored as f32, which holds them
exactly; weight-shaped results are stored as f32 to keep the files small, all other results as f64.
"""

import json
import pathlib

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional as F

from networks import flat_order

FOLDER = pathlib.Path(__file__).parent

torch.set_default_dtype(torch.float64)
torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)


def exact(tensor):
    """The nearest value that f32 holds, as f64."""
    return tensor.detach().to(torch.float32).to(torch.float64)


def randomise(net, generator):
    """He-normal convolutions, BatchNorm scale and shift away from 1 and 0, a linear layer of unit scale."""
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, nn.Conv2d):
                fan_in = module.weight[0].numel()
                fill(module.weight, generator, std=(2 / fan_in) ** 0.5)
            elif isinstance(module, nn.BatchNorm2d):
                fill(module.weight, generator, mean=1.0, std=0.2)
                fill(module.bias, generator, std=0.2)
            elif isinstance(module, nn.Linear):
                fill(module.weight, generator, std=1.0)
                fill(module.bias, generator, std=0.2)


def fill(parameter, generator, mean=0.0, std=1.0):
    parameter.copy_(exact(mean + std * torch.randn(parameter.shape, generator=generator)))


def random_batch(generator, batch, c_in, height, width, classes):
    """Images and soft targets, rows of which sum to one (to f32 rounding)."""
    images = exact(torch.randn(batch, c_in, height, width, generator=generator))
    targets = exact(torch.softmax(2 * torch.randn(batch, classes, generator=generator), 1))
    return images, targets


class ReluMargin:
    """Smallest nonzero |x| that any ReLU has seen: a network whose f32 error is below it has no sign flip."""

    def __init__(self):
        self.smallest = float("inf")

    def __enter__(self):
        self.original = F.relu
        F.relu = self.relu
        return self

    def __exit__(self, *_):
        F.relu = self.original

    def relu(self, x):
        nonzero = x.detach().abs()
        nonzero = nonzero[nonzero > 0]
        if nonzero.numel():
            self.smallest = min(self.smallest, nonzero.min().item())
        return self.original(x)


def parameters(net):
    """Name and parameter, in flat order."""
    by_name = dict(net.named_parameters())
    return [(name, by_name[name]) for name in flat_order(net)]


def as_f32(tensor):
    return np.array(tensor.detach(), dtype=np.float32, order="C")


def as_f64(tensor):
    return np.array(torch.as_tensor(tensor).detach(), dtype=np.float64, order="C")


def gradients(net, prefix):
    """Weight gradients; one that is zero throughout (an operation outside the support) is left out."""
    return {
        f"{prefix}/gradients/{name}": as_f32(parameter.grad)
        for name, parameter in parameters(net)
        if parameter.grad.any()
    }


def weights(net, prefix):
    return {f"{prefix}/{name}": as_f32(parameter) for name, parameter in parameters(net)}


def running_statistics(net, prefix):
    return {
        f"{prefix}/running/{name}": as_f64(buffer)
        for name, buffer in net.named_buffers()
        if not name.endswith("num_batches_tracked")
    }


def train_and_evaluate(prefix, case, net, generator, metadata):
    """One pass in training mode from running statistics 0 and 1, then evaluation with the updated ones.

    PyTorch's running statistics: momentum 0.1, variance unbiased.
    """
    randomise(net, generator)
    shape = (case["batch"], case["c_in"], case["height"], case["width"], case["classes"])
    images, targets = random_batch(generator, *shape)
    with ReluMargin() as margin:
        logits = net(images)
        loss = F.cross_entropy(logits, targets)
        loss.backward()
        evaluated = net.eval()(images)
    tensors = {
        f"{prefix}/images": as_f32(images),
        f"{prefix}/targets": as_f32(targets),
        f"{prefix}/loss": as_f64(loss),
        f"{prefix}/logits_train": as_f64(logits),
        f"{prefix}/logits_eval": as_f64(evaluated),
        **weights(net, f"{prefix}/weights"),
        **gradients(net, prefix),
        **running_statistics(net, prefix),
    }
    return tensors, {**metadata, "order": flat_order(net), "relu_margin": margin.smallest}


def write_cases(name, cases, run):
    """Runs each case under the prefix `case0`, `case1`, ... and writes them all to one file."""
    tensors, metadata = {}, {}
    for index, case in enumerate(cases):
        prefix = f"case{index}"
        case_tensors, metadata[prefix] = run(prefix, case)
        tensors.update(case_tensors)
        print(f"{prefix}: loss {case_tensors[f'{prefix}/loss']}, ReLU margin {metadata[prefix]['relu_margin']:.1e}")
    write(name, tensors, metadata)


def write(name, tensors, metadata):
    """Writes the file beside this script."""
    path = FOLDER / name
    save_file(tensors, path, {"cases": json.dumps(metadata)})
    print(f"{name}: {path.stat().st_size} bytes")

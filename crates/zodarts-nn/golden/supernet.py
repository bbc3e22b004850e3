"""Golden numbers of the supernet: loss, gradients of weights and mixture, three SGD steps."""

import torch
from torch.nn import functional as F

import common
import networks

# One row per edge, with zeros as sparsemax makes them.
SPARSE = [
    [0.0, 0.25, 0.0, 0.75, 0.0],
    [0.0, 0.0, 0.625, 0.0, 0.375],
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [0.125, 0.0, 0.875, 0.0, 0.0],
    [0.0, 0.5, 0.0, 0.0, 0.5],
    [0.0, 0.0, 0.0, 1.0, 0.0],
]
# Node 2 does not reach the output: its incoming edges are dead although their weights are not zero.
DEAD_NODE = [
    [0.0, 0.5, 0.0, 0.5, 0.0],
    [0.0, 0.0, 1.0, 0.0, 0.0],
    [0.0, 0.25, 0.0, 0.75, 0.0],
    [0.0, 0.0, 0.5, 0.0, 0.5],
    [0.25, 0.0, 0.0, 0.75, 0.0],
    [1.0, 0.0, 0.0, 0.0, 0.0],
]

# Seeds with the widest ReLU margin of a few dozen.
CASES = [
    dict(c_in=2, c=4, n=1, classes=3, batch=5, height=8, width=8, mixture=None, final=True, seed=30),
    dict(c_in=1, c=6, n=2, classes=3, batch=11, height=9, width=7, mixture=SPARSE, final=False, seed=61),
    dict(c_in=3, c=2, n=1, classes=2, batch=9, height=6, width=5, mixture=DEAD_NODE, final=False, seed=10),
]
SGD = dict(lr=0.05, momentum=0.9, nesterov=True, weight_decay=3e-4)
CLIP = 5.0


def mixture_of(case, generator):
    if case["mixture"] is None:
        return common.exact(torch.softmax(torch.randn(6, 5, generator=generator), 1))
    return torch.tensor(case["mixture"])


def run(prefix, case):
    generator = torch.Generator().manual_seed(case["seed"])
    net = networks.supernet(case["c_in"], case["c"], case["n"], case["classes"])
    common.randomise(net, generator)
    shape = (case["batch"], case["c_in"], case["height"], case["width"], case["classes"])
    images, targets = common.random_batch(generator, *shape)
    mixture = mixture_of(case, generator).requires_grad_()
    tensors = {
        f"{prefix}/images": common.as_f32(images),
        f"{prefix}/targets": common.as_f32(targets),
        f"{prefix}/mixture": common.as_f32(mixture),
        **common.weights(net, f"{prefix}/weights"),
    }

    def loss():
        return F.cross_entropy(net(images, mixture), targets)

    with common.ReluMargin() as margin:
        first = loss()
        first.backward()
        tensors[f"{prefix}/loss"] = common.as_f64(first)
        tensors[f"{prefix}/gradient_mixture"] = common.as_f64(mixture.grad)
        tensors.update(common.gradients(net, prefix))
        losses, norms = sgd_steps(net, loss)
    tensors[f"{prefix}/losses"] = common.as_f64(losses)
    tensors[f"{prefix}/gradient_norms"] = common.as_f64(norms)
    if case["final"]:
        tensors.update(common.weights(net, f"{prefix}/final"))
    metadata = {key: case[key] for key in ("c_in", "c", "n", "classes", "batch", "height", "width")}
    metadata.update(sgd=SGD, clip=CLIP, order=networks.flat_order(net), relu_margin=margin.smallest)
    return tensors, metadata


def sgd_steps(net, loss):
    """Loss after, and gradient norm before clipping of, each of three steps on the same batch."""
    parameters = [parameter for _, parameter in common.parameters(net)]
    optimiser = torch.optim.SGD(parameters, **SGD)
    losses, norms = [], []
    for _ in range(3):
        optimiser.zero_grad()
        loss().backward()
        norms.append(torch.nn.utils.clip_grad_norm_(parameters, CLIP).item())
        optimiser.step()
        losses.append(loss().item())
    return losses, norms


def main():
    common.write_cases("supernet.safetensors", CASES, run)


if __name__ == "__main__":
    main()

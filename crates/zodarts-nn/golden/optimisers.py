"""Golden trajectories of SGD, Adam and the schedules from PyTorch, in f32: writes optimisers.json."""

import json
import pathlib

import torch

STEPS, WEIGHTS = 6, 5
torch.manual_seed(0)
START = torch.randn(WEIGHTS)
# Norms from well below the clipping norm of 5 to well above it.
GRADIENTS = torch.randn(STEPS, WEIGHTS) * torch.tensor([0.1, 1.0, 4.0, 10.0, 2.0, 0.5])[:, None]
RATES = [0.1, 0.1, 0.05, 0.05, 0.02, 0.01]


def trajectory(make, rates=None, clip=None):
    weights = START.clone().requires_grad_()
    optimiser = make([weights])
    states = []
    for step, gradient in enumerate(GRADIENTS):
        weights.grad = gradient.clone()
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([weights], clip)
        if rates is not None:
            optimiser.param_groups[0]["lr"] = rates[step]
        optimiser.step()
        states.append(weights.detach().tolist())
    return states


def sgd(momentum, weight_decay, nesterov, clip):
    make = lambda p: torch.optim.SGD(p, lr=0.1, momentum=momentum, weight_decay=weight_decay, nesterov=nesterov)
    setting = dict(momentum=momentum, weight_decay=weight_decay, nesterov=nesterov, clip=clip)
    return dict(setting=setting, weights=trajectory(make, RATES, clip))


def adam(learning_rate, betas, weight_decay):
    make = lambda p: torch.optim.Adam(p, lr=learning_rate, betas=betas, eps=1e-8, weight_decay=weight_decay)
    setting = dict(learning_rate=learning_rate, betas=betas, epsilon=1e-8, weight_decay=weight_decay)
    return dict(setting=setting, weights=trajectory(make))


def rates(make, base, epochs):
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=base)
    scheduler = make(optimiser)
    found = []
    for _ in range(epochs):
        found.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        scheduler.step()
    return found


def warm_up_cosine(optimiser, warmup, epochs):
    schedulers = torch.optim.lr_scheduler
    rise = schedulers.LinearLR(optimiser, start_factor=0.01, total_iters=warmup)
    fall = schedulers.CosineAnnealingLR(optimiser, epochs - warmup)
    return schedulers.SequentialLR(optimiser, [rise, fall], [warmup])


golden = dict(
    start=START.tolist(),
    gradients=GRADIENTS.tolist(),
    rates=RATES,
    sgd=[
        sgd(0.0, 0.0, False, None),
        sgd(0.9, 0.0, False, None),
        sgd(0.9, 3e-4, False, 5.0),
        sgd(0.9, 3e-4, True, 5.0),
    ],
    adam=[adam(1e-3, (0.9, 0.999), 0.0), adam(1.5e-2, (0.5, 0.999), 1e-3)],
    cosine=rates(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 50, 0.001), 0.1, 50),
    warmup_cosine=rates(lambda o: warm_up_cosine(o, 10, 40), 0.1, 40),
)
path = pathlib.Path(__file__).with_name("optimisers.json")
path.write_text(json.dumps(golden, indent=1) + "\n")

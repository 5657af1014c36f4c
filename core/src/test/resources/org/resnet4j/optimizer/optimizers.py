"""Writes optimizers.json, the numbers of OptimizerTest: PyTorch 2.13.0, four steps.

Two parameters, a kernel (3, 2, 3, 3) and a bias (3), with values and gradients that Java makes as well: see
`value` and `gradient`. The rate at step t (from 0) is 0.1 / (t + 1). In float32, as the product computes; LAMB
is arXiv 1904.00962, algorithm 2, with timm's choices, in float64.
"""
import json
import math
import pathlib
import torch

SHAPES = [(3, 2, 3, 3), (3,)]
RESULTS = {}


def value(index, shape):
    n = math.prod(shape)
    return torch.tensor([math.sin(0.7 * i + index) for i in range(n)], dtype=torch.float32).reshape(shape)


def gradient(index, step, shape):
    n = math.prod(shape)
    values = [math.cos(1.3 * i + 0.5 * step + index) for i in range(n)]
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


def steps(name, make, rate, dtype=torch.float32, clip=0.0, skip=()):
    parameters = [value(i, shape).to(dtype).requires_grad_() for i, shape in enumerate(SHAPES)]
    optimizers = make(parameters)
    for t in range(4):
        for i, parameter in enumerate(parameters):
            parameter.grad = None if (i, t) in skip else gradient(i, t, SHAPES[i]).to(dtype)
        if clip:
            torch.nn.utils.clip_grad_norm_(parameters, clip)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate / (t + 1)
            optimizer.step()
    RESULTS[name] = [float("%.9g" % v) for p in parameters for v in p.detach().flatten().tolist()]


class Lamb(torch.optim.Optimizer):
    def __init__(self, parameters, decay):
        super().__init__(parameters, dict(lr=0.0))
        self.decay, self.t = decay, 0

    @torch.no_grad()
    def step(self):
        self.t += 1
        for group in self.param_groups:
            for p in group["params"]:
                s = self.state[p]
                s["m"] = 0.9 * s.get("m", torch.zeros_like(p)) + 0.1 * p.grad
                s["v"] = 0.999 * s.get("v", torch.zeros_like(p)) + 0.001 * p.grad**2
                update = (s["m"] / (1 - 0.9**self.t)) / ((s["v"] / (1 - 0.999**self.t)).sqrt() + 1e-6)
                if self.decay:
                    update = update + self.decay * p
                    update = update * p.norm() / update.norm()
                p -= group["lr"] * update


class Kernels(torch.optim.Optimizer):
    """torch.optim.Muon on kernels seen as matrices, with its iteration in the parameter's own precision."""

    def __init__(self, kernel, **options):
        self.kernel = kernel
        self.matrix = kernel.detach().reshape(len(kernel), -1).clone().requires_grad_()
        self.muon = torch.optim.Muon([self.matrix], **options)
        self.param_groups = self.muon.param_groups

    @torch.no_grad()
    def step(self):
        self.matrix.grad = self.kernel.grad.reshape(self.matrix.shape)
        self.muon.step()
        self.kernel.copy_(self.matrix.reshape(self.kernel.shape))


def in_fp32():
    """PyTorch's own function, without its cast to bfloat16."""
    import inspect
    import torch.optim._muon as module

    source = inspect.getsource(module._zeropower_via_newtonschulz).replace(".bfloat16()", ".clone()")
    exec(source, module.__dict__)


SGD, ADAMW = torch.optim.SGD, torch.optim.AdamW
steps("sgd", lambda p: [SGD(p, momentum=0.0, lr=1)], 0.1)
steps("sgd, momentum and decay", lambda p: [SGD(p, momentum=0.9, weight_decay=0.01, lr=1)], 0.1)
steps("sgd, nesterov and decay", lambda p: [SGD(p, momentum=0.9, weight_decay=0.01, nesterov=True, lr=1)], 0.1)
steps("adamw", lambda p: [ADAMW(p, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)], 0.1)
steps("sgd, clipped", lambda p: [SGD(p, momentum=0.9, lr=1)], 0.1, clip=1.5)
steps("sgd, a gradient missing", lambda p: [SGD(p, momentum=0.9, lr=1)], 0.1, skip={(1, 1)})
steps("lamb", lambda p: [Lamb(p[:1], 0.02), Lamb(p[1:], 0)], 0.1, torch.float64)
muon = lambda p: [
    Kernels(p[0], momentum=0.6, nesterov=True, weight_decay=0.01, lr=1),
    SGD(p[1:], momentum=0.6, nesterov=True, lr=1),
]
steps("muon, bfloat16", muon, 0.1)
in_fp32()
steps("muon", muon, 0.1)
lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(values)}" for name, values in RESULTS.items())
pathlib.Path(__file__).with_suffix(".json").write_text("{\n" + lines + "\n}\n")

"""The numbers of OptimizerTest: PyTorch 2.15.0, float64, four steps on three values.

The gradient at step t (from 0) is (t + 1) * [0.1, 0.2, -0.3]; the rate is 0.1 / (t + 1).
"""
import torch

OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.0, weight_decay=0.0),
    "sgd with momentum and decay": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
    "sgd with nesterov and decay": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01),
}
for name, make in OPTIMIZERS.items():
    value = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64, requires_grad=True)
    optimizer = make([value])
    for t in range(4):
        for group in optimizer.param_groups:
            group["lr"] = 0.1 / (t + 1)
        value.grad = (t + 1) * torch.tensor([0.1, 0.2, -0.3], dtype=torch.float64)
        optimizer.step()
    print(name, [round(v, 8) for v in value.tolist()])

"""Writes targets.json, the numbers of ObjectiveTest: losses and their gradients, PyTorch 2.13.0.

Four images, five classes. Logits are 2 sin(0.9 i + 0.3), a teacher's 3 cos(0.5 i). Labels that are mixed have a
share of 0.7 and get the rest from the image before, as torchvision 0.28.0 mixes them. Class weights are those of
20 training images, 8, 4, 2, 1 and 5 of a class. Binary targets are made as timm makes them, written again here:
mixup_target in timm.data.mixup and BinaryCrossEntropy in timm.loss.
"""
import json
import math
import pathlib
import torch
import torch.nn.functional as F

N, C = 4, 5
LABELS = torch.tensor([4, 0, 2, 2])
WEIGHTS = torch.tensor([20 / 5 / n for n in (8, 4, 2, 1, 5)])
RESULTS = {}


def mixed(share=0.7, smoothing=0.0):
    own = torch.full((N, C), smoothing / C).scatter_(1, LABELS[:, None], 1 - smoothing + smoothing / C)
    return own * share + own.roll(1, 0) * (1 - share)


def result(name, loss):
    logits = torch.tensor([2 * math.sin(0.9 * i + 0.3) for i in range(N * C)]).reshape(N, C).requires_grad_()
    value = loss(logits)
    value.backward()
    RESULTS[name] = {
        "loss": float("%.9g" % value.item()),
        "gradient": [float("%.9g" % g) for g in logits.grad.flatten().tolist()],
    }


def binary(targets, threshold=None):
    if threshold is not None:
        targets = targets.gt(threshold).to(targets.dtype)
    return lambda logits: F.binary_cross_entropy_with_logits(logits, targets)


def taught(loss, temperature, share):
    teacher = torch.tensor([3 * math.cos(0.5 * i) for i in range(N * C)]).reshape(N, C)

    def both(logits):
        soft = F.kl_div(
            F.log_softmax(logits / temperature, 1), F.softmax(teacher / temperature, 1), reduction="batchmean")
        return (1 - share) * loss(logits) + share * temperature**2 * soft

    return both


result("labels", lambda x: F.cross_entropy(x, LABELS))
result("labels smoothed", lambda x: F.cross_entropy(x, LABELS, label_smoothing=0.1))
result("labels weighed", lambda x: F.cross_entropy(x, LABELS, WEIGHTS))
result("labels smoothed, weighed", lambda x: F.cross_entropy(x, LABELS, WEIGHTS, label_smoothing=0.1))
result("mixed", lambda x: F.cross_entropy(x, mixed()))
result("mixed smoothed", lambda x: F.cross_entropy(x, mixed(), label_smoothing=0.1))
result("mixed smoothed, weighed", lambda x: F.cross_entropy(x, mixed(), WEIGHTS, label_smoothing=0.1))
result("binary", binary(mixed(1)))
result("binary smoothed", binary(mixed(1, 0.1)))
result("binary mixed", binary(mixed()))
result("binary mixed smoothed", binary(mixed(0.7, 0.1)))
result("binary mixed smoothed, threshold", binary(mixed(0.7, 0.1), 0.2))
result("binary mixed, high threshold", binary(mixed(), 0.5))
result("taught", taught(lambda x: F.cross_entropy(x, LABELS), 4, 0.9))
result("taught, mixed smoothed", taught(lambda x: F.cross_entropy(x, mixed(), label_smoothing=0.1), 2, 0.5))
lines = ",\n".join(json.dumps(name) + ": " + json.dumps(value) for name, value in RESULTS.items())
pathlib.Path(__file__).with_name("targets.json").write_text("{\n" + lines + "\n}\n")

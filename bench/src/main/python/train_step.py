"""Takes training steps with PyTorch, for `resnet4j bench --train`.

Started by the benchmark. Answers each line of standard input with a line of JSON: the first line
is a job in JSON, then come `losses N`, `run SECONDS`, as in TrainingProcess.java. It may be tried
by hand: the job's fields are those of TrainingJob.java.

Two variants: `pytorch` is what a user gets who changes nothing (fp32, NCHW, eager), and
`pytorch-tuned` is channels-last, with autocast to bf16 where the job says so, and SGD in one fused
operator. The environment that helps memory (MALLOC_...) is set by the benchmark, as it must be
there before the process starts.
"""

import contextlib
import json
import os
import struct
import sys
import time

LONG_STEP_SECONDS = 0.5


def read_safetensors(path):
    """The tensors of a file, by name: 8 bytes of length, a header in JSON, the values."""
    import torch

    types = {"F32": torch.float32, "I64": torch.int64}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        values = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, slot in header.items():
        begin, end = slot["data_offsets"]
        flat = torch.frombuffer(values[begin:end], dtype=types[slot["dtype"]])
        tensors[name] = flat.reshape(slot["shape"])
    return tensors


def cifar_network(state):
    """The networks of arXiv 1512.03385, section 4.2, of the sizes that a state dict has."""
    import torch
    from torch import nn
    from torch.nn import functional

    class Block(nn.Module):
        def __init__(self, prefix, channels, stride):
            super().__init__()
            width = state[prefix + "conv1.weight"].shape[0]
            self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(width)
            self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(width)
            self.stride = stride
            self.more = width - channels

        def forward(self, x):
            y = functional.relu(self.bn1(self.conv1(x)))
            y = self.bn2(self.conv2(y))
            if self.stride > 1 or self.more > 0:  # Option A: no parameters.
                x = x[:, :, :: self.stride, :: self.stride]
                before = self.more // 2
                x = functional.pad(x, (0, 0, 0, 0, before, self.more - before))
            return functional.relu(y + x)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            channels = state["conv1.weight"].shape[0]
            self.conv1 = nn.Conv2d(state["conv1.weight"].shape[1], channels, 3, 1, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(channels)
            for stage in (1, 2, 3):
                blocks = []
                while f"layer{stage}.{len(blocks)}.conv1.weight" in state:
                    stride = 2 if stage > 1 and not blocks else 1
                    block = Block(f"layer{stage}.{len(blocks)}.", channels, stride)
                    channels = block.conv1.out_channels
                    blocks.append(block)
                setattr(self, f"layer{stage}", nn.Sequential(*blocks))
            self.fc = nn.Linear(channels, state["fc.weight"].shape[0])

        def forward(self, x):
            x = functional.relu(self.bn1(self.conv1(x)))
            x = self.layer3(self.layer2(self.layer1(x)))
            return self.fc(torch.flatten(functional.adaptive_avg_pool2d(x, 1), 1))

    return Network()


def network(job, state):
    """torchvision's network of that name, or else the paper's for CIFAR."""
    if job["family"] == "cifar":
        return cifar_network(state)
    from torchvision import models

    return getattr(models, job["model"])(num_classes=state["fc.weight"].shape[0])


class Trainer:
    def __init__(self, job):
        import torch

        self.torch = torch
        torch.set_num_threads(job["threads"])
        tuned = job["who"] == "pytorch-tuned"
        tensors = read_safetensors(job["file"])
        self.images, self.labels = tensors.pop("images"), tensors.pop("labels")
        self.network = network(job, tensors)
        self.network.load_state_dict(tensors)
        self.network.train()
        if tuned:
            self.network = self.network.to(memory_format=torch.channels_last)
            self.images = self.images.to(memory_format=torch.channels_last)
        self.context = contextlib.nullcontext
        if job["precision"] == "bf16":
            self.context = lambda: torch.autocast("cpu", dtype=torch.bfloat16)
        self.optimizer = torch.optim.SGD(
            self.network.parameters(),
            lr=job["rate"],
            momentum=job["momentum"],
            weight_decay=job["weightDecay"],
            **({"fused": True} if tuned else {}),
        )
        self.last_seconds = 0.0

    def step(self):
        start = time.perf_counter()
        self.optimizer.zero_grad()
        with self.context():
            logits = self.network(self.images)
            loss = self.torch.nn.functional.cross_entropy(logits, self.labels)
        loss.backward()
        self.optimizer.step()
        value = loss.item()
        if value != value or value in (float("inf"), float("-inf")):
            raise ValueError(f"the loss is {value}; a time of it would mean nothing")
        self.last_seconds = time.perf_counter() - start
        return value

    def run(self, seconds):
        """Milliseconds of each step, after one that wakes threads, unless steps are long."""
        if self.last_seconds < LONG_STEP_SECONDS:
            self.step()
        times = []
        end = time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            self.step()
            times.append(1000 * self.last_seconds)
        return times

    def answer(self, words):
        if words[0] == "losses":
            return {"values": [self.step() for _ in range(int(words[1]))]}
        if words[0] == "run":
            return {"values": self.run(float(words[1]))}
        raise ValueError("no answer to " + words[0])


def main():
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # What libraries print is no answer.
    trainer = None
    for line in sys.stdin:
        try:
            if trainer is None:
                trainer = Trainer(json.loads(line))
                reply = {"text": trainer.torch.__version__}
            else:
                reply = trainer.answer(line.split())
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


if __name__ == "__main__":
    main()

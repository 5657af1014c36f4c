"""A tiny model folder as Hugging Face transformers writes it, and its logits, for ModelFolderTest.

Writes transformers/: config.json, preprocessor_config.json, model.safetensors, logits.txt (one value
a line, 2 x 3, for the images below). Made with torch 2.15.0, transformers 5.23.0. Run: python make_transformers.py

Images: 2 x 3 x 64 x 64, value i is ((i * 7919) % 251) / 251, so that Java has the same.
"""
import shutil
from pathlib import Path

import torch
from transformers import ConvNextImageProcessor, ResNetConfig, ResNetForImageClassification

HERE = Path(__file__).resolve().parent
torch.manual_seed(0)
config = ResNetConfig(
    embedding_size=8,
    hidden_sizes=[16, 32],
    depths=[2, 1],
    layer_type="bottleneck",
    downsample_in_bottleneck=True,
    id2label={0: "ant", 1: "bee", 2: "wasp"},
    label2id={"ant": 0, "bee": 1, "wasp": 2},
)
model = ResNetForImageClassification(config).eval()
for name, buffer in model.named_buffers():
    if name.endswith("running_mean"):
        buffer.uniform_(-0.2, 0.2)
    elif name.endswith("running_var"):
        buffer.uniform_(0.5, 1.5)
for name, parameter in model.named_parameters():
    if "normalization" in name:
        parameter.data.uniform_(0.5, 1.5)
folder = HERE / "transformers"
shutil.rmtree(folder, ignore_errors=True)
model.save_pretrained(folder)
ConvNextImageProcessor(
    size={"shortest_edge": 64}, crop_pct=0.8, resample=3, image_mean=[0.5, 0.4, 0.3], image_std=[0.25, 0.5, 0.125]
).save_pretrained(folder)
count = 2 * 3 * 64 * 64
images = ((torch.arange(count) * 7919) % 251).float().reshape(2, 3, 64, 64) / 251
with torch.no_grad():
    logits = model.double()(images.double()).logits
(folder / "logits.txt").write_text("".join(f"{v:.9g}\n" for v in logits.flatten().tolist()))

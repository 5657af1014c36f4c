"""Probabilities of a resnet18 with ten classes for image files, through torchvision's own pipeline.

Writes pipeline.csv beside itself: a line "file,p0,...,p9" for every image of ../data/image and, where
that folder is there, for photographs of shared/data/photos (names only; the files stay outside).
Weights are those of ../nn/reference.py, the linear layer divided by 64 so that the softmax does not
saturate. Convert to RGB, resize the shorter side to 256 (bilinear, on the PIL image), crop 224 from
the centre, ImageNet's mean and std, softmax. EXIF orientation is not applied, as in training.

Made with torch 2.15.0, torchvision 0.29.2, Pillow 12.3.0. Run: python pipeline.py [shared/data/photos]
"""
import sys
from pathlib import Path

import torch
from PIL import Image
from torchvision import transforms

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "nn"))
from reference import fill  # noqa: E402
from torchvision.models import resnet18  # noqa: E402

network = resnet18(num_classes=10)
state = network.state_dict()
for name, tensor in state.items():
    if tensor.is_floating_point():
        state[name] = fill(name, tensor.shape) / (64 if name.startswith("fc.") else 1)
network.load_state_dict(state)
network = network.double().eval()
pipeline = transforms.Compose(
    [
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
)
images = sorted(p for p in (HERE.parent / "data/image").iterdir() if p.suffix in (".jpg", ".png"))
images = [p for p in images if not p.name.startswith("large")]
if len(sys.argv) > 1:
    images += sorted(Path(sys.argv[1]).glob("*.JPEG"))[3::8]
with open(HERE / "pipeline.csv", "w") as out:
    for path in images:
        image = Image.open(path)
        with torch.no_grad():
            p = torch.softmax(network(pipeline(image.convert("RGB")).double()[None])[0], 0)
        out.write(path.name + "," + ",".join(f"{v:.6f}" for v in p.tolist()) + "\n")

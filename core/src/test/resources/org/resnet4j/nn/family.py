"""Reference logits and feature maps for FamilyParityTest: one network of every family.

Writes family.safetensors.gz beside itself. Made with torch 2.15.0, torchvision 0.29.2, timm 1.0.31,
safetensors, Python 3 on x86-64. Run: python family.py

Networks are torchvision's or timm's own, with 10 classes, and those of reference.py. Weights,
statistics and the four images follow from a formula on a tensor's name (reference.values), so only
results are stored. Everything is computed in float64, in evaluation mode, and rounded once.

  NAME/logits                  4 x 10, for images of 3x32x32, or 3x64x64 where the network is for 224
  NAME@S/logits                the same with output stride S: torchvision's replace_stride_with_dilation
                               for resnet50, timm's output_stride for the others
  NAME/features.K.shape        channels, height, width and stride of stage K's map, from timm's
                               features_only=True and its feature_info
  NAME/features.K.values       32 values of the map of all four images, evenly spread over it

It prints how far the logits of the four images lie apart, so that one can see that they depend on
the image and not on the last bias alone.
"""
import gzip
from pathlib import Path

import timm
import torch
from safetensors.torch import save

import reference

HERE = Path(__file__).resolve().parent
CASES = """
resnet18 resnet50 resnet50-v1 resnext50_32x4d wide_resnet50_2 resnet50c resnet50d resnet50s resnet50t
resnet18d seresnet18 seresnet50 resnetblur50 resnet50_gn resnetv2_18 resnetv2_50 resnetv2_50d
resnet18@8 resnet18@16 resnet50@8 resnet50@16 resnet50d@8 resnet50d@16 resnetblur50@8 resnetv2_18@8
resnetv2_50d@8
resnet20-b resnet20-c resnet20-plain resnet20-scaled resnet20-gated resnet20-exclusive-gated
resnet20-dropout-shortcut resnet20-norm-after-addition resnet20-relu-before-addition
resnet20-relu-only-pre-activation resnetv2_20 resnetv2_110 resnetv2_164
resnext29_8x64d wrn-10-2 wrn-10-2-dropout wrn-16-8
""".split()


def images(side):
    return torch.from_numpy(reference.values("images", 4 * 3 * side * side)).reshape(4, 3, side, side)


def logits(case):
    name, _, stride = case.partition("@")
    timms = ["timm"] if stride and name != "resnet50" else []
    source = next(iter(timms + reference.sources(name)), None)
    network = reference.network(name, 10, int(stride or 32), source)
    with torch.no_grad():
        return reference.load(network, torch.float64).eval()(images(64 if source else 32))


def features(name):
    network = timm.create_model(name, features_only=True, out_indices=(1, 2, 3, 4))
    state = network.state_dict()
    for key, tensor in state.items():
        if tensor.is_floating_point():
            unflattened = key.replace("stages_", "stages.").replace("stem_", "stem.")
            state[key] = reference.fill(unflattened, tensor.shape)
    network.double().load_state_dict(state)
    with torch.no_grad():
        maps = network.eval()(images(64))
    for k, (made, info) in enumerate(zip(maps, network.feature_info.get_dicts())):
        assert made.shape[1] == info["num_chs"]
        yield f"{name}/features.{k}.shape", torch.tensor([*made.shape[1:], info["reduction"]])
        spread = torch.arange(32) * (made.numel() - 1) // 31
        yield f"{name}/features.{k}.values", made.flatten()[spread]


def main():
    stored = {}
    for case in CASES:
        result = logits(case)
        span = result.max() - result.min()
        apart = min((a - b).abs().max() for i, a in enumerate(result) for b in result[:i])
        print(f"{case}: range {span:.3g}, images at least {apart / span:.2g} of it apart", flush=True)
        stored[f"{case}/logits"] = result
    for name in ("resnet50", "resnetv2_50"):
        stored |= dict(features(name))
    floats = {key: value.float().contiguous() for key, value in stored.items()}
    file = HERE / "family.safetensors.gz"
    file.write_bytes(gzip.compress(save(floats), 9, mtime=0))
    print(f"{file.name}: {len(stored)} tensors, {file.stat().st_size} bytes")


main()

package org.resnet4j.arch;

/** What the modules of a network are called in PyTorch. */
enum Names {
  /** torchvision's and timm's names for networks that end each unit in a ReLU. */
  TORCHVISION,
  /** timm's names for pre-activation networks. */
  TIMM_V2;

  static Names of(Order order) {
    return order == Order.PRE_ACTIVATION ? TIMM_V2 : TORCHVISION;
  }

  /** Of block {@code b} in stage {@code s}, both from 0; %d has other digits in some languages. */
  String unit(int s, int b) {
    return this == TIMM_V2
        ? "stages.%s.blocks.%s".formatted(s, b)
        : "layer%s.%s".formatted(s + 1, b);
  }

  /** Of the norm beside convolution {@code k} of a unit, from 1. */
  String norm(int k) {
    return (this == TIMM_V2 ? "norm" : "bn") + k;
  }

  /** Of the projection's part {@code k}: 0 the pool, 1 the convolution, 2 the norm. */
  String projection(int k, boolean pooled) {
    if (this == TIMM_V2) {
      return "downsample." + (k == 0 ? "pool" : "conv");
    }
    return "downsample." + (pooled ? k : k - 1);
  }

  /** Of convolution {@code k} of a stem of {@code of} convolutions, from 0. */
  String stemConvolution(int k, int of) {
    if (this == TIMM_V2) {
      return of == 1 ? "stem.conv" : "stem.conv" + (k + 1);
    }
    return of == 1 ? "conv1" : "conv1." + 3 * k;
  }

  /** Of the norm after it. */
  String stemNorm(int k, int of) {
    if (this == TIMM_V2) {
      return of == 1 ? "stem.norm" : "stem.norm" + (k + 1);
    }
    return k == of - 1 ? "bn1" : "conv1." + (3 * k + 1);
  }

  String stemPool() {
    return this == TIMM_V2 ? "stem.pool" : "maxpool";
  }

  String head() {
    return this == TIMM_V2 ? "head.fc" : "fc";
  }
}

package org.resnet4j.arch;

/** How a network normalises its feature maps. */
public sealed interface Norm {
  /** The operation for that many channels. */
  Operation of(int channels);

  /** Batch norm, as in the paper. */
  record Batch() implements Norm {
    @Override
    public Operation of(int channels) {
      return new Operation.BatchNorm(channels);
    }
  }

  /**
   * Group norm, which does not depend on the batch; arXiv 1803.08494.
   *
   * @param groups 32 in the paper and in timm's {@code resnet50_gn}
   */
  record Group(int groups) implements Norm {
    @Override
    public Operation of(int channels) {
      return new Operation.GroupNorm(channels, groups);
    }
  }
}

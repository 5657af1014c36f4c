package org.resnet4j.arch;

import java.util.Optional;

/** How a network normalises its feature maps. */
public sealed interface Norm {
  /** The operation for that many channels; empty if feature maps stay as they are. */
  Optional<Operation> of(int channels);

  /**
   * The convolution as it stands in such a network: without a norm to shift them, it has biases.
   */
  default Convolution convolution(Convolution convolution) {
    return convolution;
  }

  /** Batch norm, as in the paper. */
  record Batch() implements Norm {
    @Override
    public Optional<Operation> of(int channels) {
      return Optional.of(new Operation.BatchNorm(channels));
    }
  }

  /**
   * Group norm, which does not depend on the batch; arXiv 1803.08494.
   *
   * @param groups 32 in the paper and in timm's {@code resnet50_gn}
   */
  record Group(int groups) implements Norm {
    @Override
    public Optional<Operation> of(int channels) {
      return Optional.of(new Operation.GroupNorm(channels, groups));
    }
  }

  /** Not at all: every convolution of stem, branches and projections has a bias instead. */
  record None() implements Norm {
    @Override
    public Optional<Operation> of(int channels) {
      return Optional.empty();
    }

    @Override
    public Convolution convolution(Convolution convolution) {
      return convolution.biased();
    }
  }
}

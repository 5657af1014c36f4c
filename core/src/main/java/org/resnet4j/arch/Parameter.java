package org.resnet4j.arch;

import java.util.List;

/**
 * One tensor of a network's state under torchvision's name.
 *
 * @param name the key in a state dict, e.g. {@code layer1.0.conv1.weight}
 * @param role what it is for
 * @param shape as PyTorch has it; empty for a scalar
 */
public record Parameter(String name, Role role, List<Integer> shape) {
  /**
   * What a tensor is for: decides how it starts, and whether the optimizer and its decay see it.
   */
  public enum Role {
    CONVOLUTION_WEIGHT(true),
    CONVOLUTION_BIAS(true),
    GATE_BIAS(true),
    NORM_WEIGHT(true),
    NORM_BIAS(true),
    RUNNING_MEAN(false),
    RUNNING_VARIANCE(false),
    BATCHES_TRACKED(false),
    LINEAR_WEIGHT(true),
    LINEAR_BIAS(true);

    private final boolean trained;

    Role(boolean trained) {
      this.trained = trained;
    }

    /** Whether the optimizer changes it; the others are statistics of batch norm. */
    public boolean trained() {
      return trained;
    }
  }

  public Parameter {
    shape = List.copyOf(shape);
  }

  /** The number of values; 1 for a scalar. */
  public long size() {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
  }
}

package org.resnet4j.tensor;

import org.bytedeco.pytorch.global.torch;

/**
 * The number format of activations; weights, batch-norm statistics and the loss stay fp32.
 *
 * <p>bf16 is worth 1.6 to 2 times the speed on processors that compute in it and costs a factor of
 * ten on those that do not.
 */
public enum Precision {
  FP32,
  BF16;

  /** The element type of tensors in this precision. */
  public torch.ScalarType type() {
    // Not a field: the type loads libtorch, and compiled plans do without.
    return this == FP32 ? torch.ScalarType.Float : torch.ScalarType.BFloat16;
  }

  /** As files and the command line write it. */
  public String id() {
    return this == FP32 ? "fp32" : "bf16";
  }

  /**
   * The precision of that name; {@code auto} takes bf16 only where the device computes in it.
   *
   * @throws IllegalArgumentException for an unknown name
   */
  public static Precision of(String name, Device device) {
    return switch (name) {
      case "auto" -> device == Device.CUDA || Processor.here().computesInBf16() ? BF16 : FP32;
      case "fp32" -> FP32;
      case "bf16" -> BF16;
      default ->
          throw new IllegalArgumentException(
              "precision = %s: must be auto, fp32 or bf16".formatted(name));
    };
  }
}

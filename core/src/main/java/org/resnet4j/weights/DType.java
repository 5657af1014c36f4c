package org.resnet4j.weights;

import java.util.Optional;

/**
 * The type of a tensor's values, under its name in a safetensors file.
 *
 * <p>The order is that of the Rust library, which sorts tensors by it, the last type first.
 */
public enum DType {
  BOOL(1),
  U8(1),
  I8(1),
  I16(2),
  F16(2),
  BF16(2),
  I32(4),
  F32(4),
  F64(8),
  I64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of one value. */
  public int bytes() {
    return bytes;
  }

  /** Whether values are real numbers. */
  public boolean real() {
    return this == F16 || this == BF16 || this == F32 || this == F64;
  }

  static Optional<DType> named(String name) {
    for (DType dtype : values()) {
      if (dtype.name().equals(name)) {
        return Optional.of(dtype);
      }
    }
    return Optional.empty();
  }
}

package org.resnet4j.weights;

/** The element types of a safetensors file that residual networks use. */
public enum DType {
  BOOL(1),
  U8(1),
  I32(4),
  I64(8),
  F16(2),
  BF16(2),
  F32(4),
  F64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of one element. */
  public int bytes() {
    return bytes;
  }
}

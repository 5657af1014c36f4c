package org.resnet4j.infer;

import org.bytedeco.dnnl.memory.data_type;
import org.resnet4j.weights.model.Quantization;

/**
 * How the values of a feature map are stored: a stored number stands for {@code number * scale}.
 *
 * @param scale 1 unless the numbers are of 8 bits
 */
record Format(data_type type, float scale) {
  static final Format FP32 = new Format(data_type.f32, 1);
  static final Format BF16 = new Format(data_type.bf16, 1);

  static Format of(Quantization.Scale scale) {
    return new Format(scale.signed() ? data_type.s8 : data_type.u8, scale.scale());
  }

  /** Whether the numbers are of 8 bits. */
  boolean quantized() {
    return type == data_type.s8 || type == data_type.u8;
  }

  /** Of one number. */
  int bytes() {
    return quantized() ? 1 : type == data_type.f32 ? Float.BYTES : Short.BYTES;
  }
}

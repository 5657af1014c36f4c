package org.resnet4j.weights;

/** IEEE 754's 16-bit numbers: 1 bit of sign, 5 of exponent, 10 of fraction. */
final class Half {
  private static final int FRACTION = 0x3ff;
  private static final int EXPONENT = 0x1f;

  private Half() {}

  /** The same number; every half is a float. The JDK has this from version 20 on. */
  static float toFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >> 10) & EXPONENT;
    int fraction = half & FRACTION;
    if (exponent == 0) {
      // Subnormal: so many times 2^-24.
      float size = fraction * 0x1p-24f;
      return sign == 0 ? size : -size;
    }
    int wide = exponent == EXPONENT ? 0xff : exponent - 15 + 127;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }
}

package org.resnet4j.nn.plan;

import org.bytedeco.dnnl.memory;

/**
 * Values in a piece of memory: feature maps, weights, statistics or a gradient of them.
 *
 * @param dims N, C, H, W for feature maps
 * @param layout how they lie there
 * @param view what a primitive takes
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed, never compared.
record Values(Piece piece, long[] dims, memory.desc layout, memory view) {
  long images() {
    return dims[0];
  }

  long channels() {
    return dims[1];
  }

  long height() {
    return dims[2];
  }

  long width() {
    return dims[3];
  }

  /** How many values each channel has. */
  long perChannel() {
    return dims[0] * dims[2] * dims[3];
  }

  /** As in {@code 128x16x32x32}. */
  String shape() {
    StringBuilder text = new StringBuilder();
    for (long dim : dims) {
      text.append(text.isEmpty() ? "" : "x").append(dim);
    }
    return text.toString();
  }
}

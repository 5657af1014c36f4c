package org.resnet4j.infer;

import org.bytedeco.dnnl.memory;

/**
 * Feature maps of a batch, channels-last, in a piece of an arena.
 *
 * @param name of the layer or unit whose result they are
 * @param dims N, C, H, W
 */
@SuppressWarnings("ArrayRecordComponent") // Never changed, never compared.
record Maps(String name, long[] dims, Format format, memory values, Arena.Slot slot) {
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

  /** How many numbers. */
  long count() {
    return dims[0] * dims[1] * dims[2] * dims[3];
  }
}

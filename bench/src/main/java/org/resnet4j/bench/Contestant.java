package org.resnet4j.bench;

import java.util.List;

/** A network, ready to run on images that lie where it wants them; for one thread. */
interface Contestant extends AutoCloseable {
  /** Who runs it, e.g. {@code 1.29.0}. */
  String version();

  /** Runs once. */
  void run();

  /** Runs once more; the logits, (N, classes). */
  float[] logits();

  /** Runs step by step; what each took. None for peers, which do not tell. */
  default List<StepTime> steps() {
    return List.of();
  }

  @Override
  void close();
}

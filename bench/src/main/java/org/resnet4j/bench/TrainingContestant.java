package org.resnet4j.bench;

import java.util.List;
import org.resnet4j.train.StepPart;

/** A network at its beginning, ready to train on one batch; for one thread. */
interface TrainingContestant extends AutoCloseable {
  /** Who trains it, e.g. {@code 0.35.1}. */
  String version();

  /** Takes a step; the loss before it, mean over the batch. */
  double step();

  /** Takes steps; what they consist of. None for peers, which do not tell. */
  default List<StepPart> parts(int steps) {
    return List.of();
  }

  @Override
  void close();
}

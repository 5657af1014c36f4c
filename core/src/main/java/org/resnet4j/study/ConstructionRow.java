package org.resnet4j.study;

import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * The three networks of one seed.
 *
 * @param built absent if the shallow training diverged, which leaves nothing to build from
 */
record ConstructionRow(ArmRun shallow, Optional<Built> built, ArmRun scratch) {

  /** Whether one of the trainings failed. */
  boolean diverged() {
    return !shallow.diverged().isEmpty() || !scratch.diverged().isEmpty();
  }

  /** Of the network that was built, or the one it was built from; NaN if there is none. */
  double built(ToDoubleFunction<Built> figure) {
    return built.map(figure::applyAsDouble).orElse(Double.NaN);
  }

  /** Of the network from scratch; NaN if its training diverged. */
  double scratch(ToDoubleFunction<ArmRun> error) {
    return scratch.diverged().isEmpty() ? error.applyAsDouble(scratch) : Double.NaN;
  }

  /** As documents show it. */
  Construction.Row row() {
    return new Construction.Row(
        shallow.seed(),
        built(Built::shallowTrainError),
        built(Built::trainError),
        scratch(ArmRun::trainError),
        built(Built::shallowTestError),
        built(Built::testError),
        scratch(ArmRun::testError),
        built.map(Built::changed),
        built(Built::largestDifference));
  }
}

package org.resnet4j.study;

/** The three networks of one seed. */
record ConstructionRow(ArmRun shallow, Built built, ArmRun scratch) {

  /** Whether one of the trainings failed, so that its errors are those of guessing. */
  boolean diverged() {
    return !shallow.diverged().isEmpty() || !scratch.diverged().isEmpty();
  }

  /** As documents show it. */
  Construction.Row row() {
    return new Construction.Row(
        shallow.seed(),
        built.shallowTrainError(),
        built.trainError(),
        scratch.trainError(),
        built.shallowTestError(),
        built.testError(),
        scratch.testError(),
        built.changed(),
        built.largestDifference());
  }
}

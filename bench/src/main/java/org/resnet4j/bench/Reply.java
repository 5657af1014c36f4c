package org.resnet4j.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.resnet4j.train.StepPart;

/**
 * What a contestant's process answers, one line of JSON for each line it is sent.
 *
 * @param error nothing if all went well
 * @param text a version
 * @param values milliseconds, logits or losses
 */
record Reply(
    @Nullable String error,
    @Nullable String text,
    @Nullable List<Double> values,
    @Nullable List<StepTime> steps,
    @Nullable List<StepPart> parts) {
  static Reply ofText(String text) {
    return new Reply(null, text, null, null, null);
  }

  static Reply ofValues(List<Double> values) {
    return new Reply(null, null, values, null, null);
  }

  static Reply ofSteps(List<StepTime> steps) {
    return new Reply(null, null, null, steps, null);
  }

  static Reply ofParts(List<StepPart> parts) {
    return new Reply(null, null, null, null, parts);
  }

  static Reply ofError(Throwable error) {
    String said = String.valueOf(error.getMessage());
    return new Reply(error.getClass().getSimpleName() + ": " + said, null, null, null, null);
  }
}

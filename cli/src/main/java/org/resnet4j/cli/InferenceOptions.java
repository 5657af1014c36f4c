package org.resnet4j.cli;

import org.resnet4j.infer.Classifier;
import org.resnet4j.infer.InferencePrecision;
import picocli.CommandLine.Option;

/** How a command runs a model. */
@SuppressWarnings("NullAway.Init") // picocli sets fields by their annotations.
final class InferenceOptions {
  @Option(
      names = "--precision",
      paramLabel = "P",
      defaultValue = "auto",
      description = "auto, fp32, bf16 or int8; auto is the fastest that processor and model have.")
  private String precision;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads in all (default: one a processor, or RESNET4J_THREADS).")
  private int threads;

  Classifier.Options in(Classifier.Mode mode) {
    return Classifier.Options.DEFAULT
        .withPrecision(InferencePrecision.named(precision))
        .withMode(mode)
        .withThreads(threads);
  }
}

package org.resnet4j.bench;

import org.resnet4j.arch.Shape;

/**
 * What a contestant's process is to do.
 *
 * @param who {@code resnet4j} or the name of a peer
 * @param model a model folder or a name of the catalogue
 * @param firstStride whether the stride of bottlenecks moves to the first 1x1
 * @param threads of each stream
 * @param streams that run beside each other, each a batch
 * @param file the ONNX file, or nothing
 */
record Job(
    String who,
    String model,
    boolean firstStride,
    long seed,
    String precision,
    int batch,
    int threads,
    int streams,
    String file) {
  /** Us, among the contestants. */
  static final String OWN = "resnet4j";

  /** The images that every contestant sees, (N, H, W, C). */
  float[] images(Shape shape) {
    return GeneratedValues.images(batch, shape, seed);
  }

  Contestant open() {
    Model named = Model.of(model, seed);
    Model chosen = firstStride ? named.firstStrideTwin().orElseThrow() : named;
    return switch (who) {
      case OWN -> OwnContestant.of(this, chosen);
      case "onnxruntime" -> OnnxContestant.of(this, chosen.network());
      case "djl" -> DjlContestant.of(this, chosen);
      default -> throw new IllegalArgumentException("nobody is called " + who);
    };
  }
}

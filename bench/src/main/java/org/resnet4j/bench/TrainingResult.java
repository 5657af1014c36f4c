package org.resnet4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What training steps of one network took in one precision at one batch size; also the document of
 * {@code --json}.
 *
 * @param task always {@code training}
 * @param own our step
 * @param unavailable peers that were asked for and could not take part
 * @param others nothing where it cannot be known
 * @param pipeline nothing unless data were given
 * @param parts nothing unless asked for
 */
record TrainingResult(
    String model,
    String task,
    String precision,
    int batch,
    int threads,
    long seed,
    Sgd optimizer,
    Row own,
    List<Opponent> peers,
    List<Result.Unavailable> unavailable,
    Machine machine,
    Result.@Nullable Others others,
    Map<String, String> versions,
    @Nullable Pipeline pipeline,
    @Nullable List<Part> parts) {

  /** The rule that changes weights, the same for all. */
  record Sgd(double rate, double momentum, double weightDecay) {}

  /**
   * A contestant.
   *
   * @param millis of a step
   * @param steps that were timed
   * @param peakBytes most memory of its process that was resident while it was timed; nothing where
   *     the system does not tell
   * @param losses of the first steps
   */
  record Row(
      String name,
      String version,
      String precision,
      String network,
      String environment,
      Millis millis,
      int steps,
      double imagesPerSecond,
      @Nullable Long peakBytes,
      List<Double> losses) {}

  /**
   * A peer beside us.
   *
   * @param ratio our images a second by its images a second
   * @param memoryRatio our peak by its peak
   * @param difference of the losses, as a part of them
   */
  record Opponent(
      Row row, double ratio, @Nullable Double memoryRatio, double difference, double bound) {}

  /**
   * Our steps with images of a data set, beside steps on one batch that is there.
   *
   * @param first as the images come from their files
   * @param read how many of the {@code images} were read once after that
   * @param later as it is then: those that memory holds are decoded
   */
  record Pipeline(String data, Pace first, int read, int images, Pace later) {}

  /**
   * Steps with and without a data set.
   *
   * @param loaded milliseconds a step, by block of steps
   * @param share of the speed of the fixed batch that is reached with the images: the median over
   *     neighbouring blocks, as the speed of a machine drifts
   */
  record Pace(
      Millis loaded,
      Millis fixed,
      double loadedImagesPerSecond,
      double fixedImagesPerSecond,
      double share) {
    /** Of milliseconds with and without, in turn. */
    static Pace of(List<Double> millis, int batch) {
      List<Double> loaded = new ArrayList<>();
      List<Double> fixed = new ArrayList<>();
      List<Double> shares = new ArrayList<>();
      for (int i = 0; i < millis.size(); i += 2) {
        loaded.add(millis.get(i));
        fixed.add(millis.get(i + 1));
        shares.add(millis.get(i + 1) / millis.get(i));
      }
      Millis with = Millis.of(loaded);
      Millis without = Millis.of(fixed);
      return new Pace(
          with, without, with.rate(batch, 1), without.rate(batch, 1), Millis.of(shares).median());
    }

    String line(String which) {
      return text(
          "input pipeline, %s: %.0f images/s, %.0f on one batch that is there: %.1f %%",
          which, loadedImagesPerSecond, fixedImagesPerSecond, 100 * share);
    }
  }

  /**
   * What one kind of work takes of a step.
   *
   * @param share of the whole step
   */
  record Part(String phase, String operator, int count, double millis, double share) {}

  /** For people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "training %s, %s, batch %d, %d thread%s, seed %d"
            .formatted(model, precision, batch, threads, threads == 1 ? "" : "s", seed));
    lines.add(
        text(
            "optimizer: SGD, rate %s, momentum %s, decay %s; one batch of made-up images, again"
                + " and again",
            optimizer.rate(), optimizer.momentum(), optimizer.weightDecay()));
    lines.add("machine: " + machine);
    lines.add(Result.othersLine(others));
    versions.forEach((what, version) -> lines.add(what + ": " + version));
    for (Result.Unavailable peer : unavailable) {
      lines.add("not measured: %s %s: %s".formatted(peer.name(), peer.precision(), peer.reason()));
    }
    lines.add("losses: %s".formatted(LossAgreement.text(own.losses())));
    for (Opponent peer : peers) {
      lines.add(
          text(
              "losses: %.2g from %s %s's on %s, %s (at most %.2g)",
              peer.difference(),
              peer.row().name(),
              peer.row().precision(),
              peer.row().network(),
              LossAgreement.text(peer.row().losses()),
              peer.bound()));
    }
    for (Opponent peer : peers) {
      lines.add("environment of %s: %s".formatted(peer.row().name(), peer.row().environment()));
    }
    if (pipeline != null) {
      lines.add(pipeline.first().line("images of %s decoded".formatted(pipeline.data())));
      lines.add(
          pipeline
              .later()
              .line(
                  "after %d of its %d images were read"
                      .formatted(pipeline.read(), pipeline.images())));
    }
    return lines;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}

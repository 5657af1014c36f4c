package org.resnet4j.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.resnet4j.weights.AtomicFile;

/** The epochs of a run as a CSV file, one flushed line each. */
final class MetricsCsv {
  private static final String HEADER =
      "epoch,step,rate,train_loss,train_top1,%1$s_loss,%1$s_top1,%1$s_top5,images_per_second,seconds,waited,average_loss,average_top1\n";

  private final Path file;

  /**
   * Starts the file anew with the epochs that are already there.
   *
   * @param judging what the images are called that judge the epochs
   */
  MetricsCsv(Path file, String judging, List<Event.Epoch> history) throws IOException {
    this.file = file;
    StringBuilder text = new StringBuilder(HEADER.formatted(judging));
    history.forEach(row -> text.append(line(row)));
    AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  void add(Event.Epoch row) throws IOException {
    Files.writeString(file, line(row), StandardOpenOption.APPEND);
  }

  private static String line(Event.Epoch row) {
    return String.format(
        Locale.ROOT,
        "%d,%d,%.6g,%.6f,%.6f,%.6f,%.6f,%.6f,%.1f,%.3f,%.4f,%s,%s\n",
        row.epoch(),
        row.step(),
        row.rate(),
        row.trainLoss(),
        row.trainTop1(),
        row.testLoss(),
        row.testTop1(),
        row.testTop5(),
        row.imagesPerSecond(),
        row.seconds(),
        row.waited(),
        known(row.averageLoss()),
        known(row.averageTop1()));
  }

  /** Nothing where there is no value. */
  private static String known(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6f", value);
  }
}

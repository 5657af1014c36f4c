package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.resnet4j.weights.AtomicFile;

/**
 * The epochs of a run as CSV files, one line each.
 *
 * <p>What was learned and how long it took are apart, so that {@code metrics.csv} is the same to
 * the last bit however often a run was interrupted.
 */
final class EpochFiles {
  private static final String METRICS =
      "epoch,step,rate,train_loss,train_top1,test_loss,test_top1,test_top5,average_loss,average_top1\n";
  private static final String TIMING = "epoch,step,images_per_second,seconds,waited\n";

  private final Path metrics;
  private final Path timing;

  /** Starts the files anew with the epochs that are already there. */
  EpochFiles(RunFolder folder, List<Event.Epoch> history) throws IOException {
    metrics = folder.metrics();
    timing = folder.timing();
    write(metrics, METRICS, history, EpochFiles::metrics);
    write(timing, TIMING, history, EpochFiles::timing);
  }

  private static void write(
      Path file, String header, List<Event.Epoch> history, Function<Event.Epoch, String> line)
      throws IOException {
    StringBuilder text = new StringBuilder(header);
    history.forEach(row -> text.append(line.apply(row)));
    AtomicFile.write(file, text.toString().getBytes(UTF_8));
  }

  void add(Event.Epoch row) throws IOException {
    Files.writeString(metrics, metrics(row), StandardOpenOption.APPEND);
    Files.writeString(timing, timing(row), StandardOpenOption.APPEND);
  }

  private static String metrics(Event.Epoch row) {
    return String.format(
        Locale.ROOT,
        "%d,%d,%.6g,%.6f,%.6f,%.6f,%.6f,%.6f,%s,%s\n",
        row.epoch(),
        row.step(),
        row.rate(),
        row.trainLoss(),
        row.trainTop1(),
        row.testLoss(),
        row.testTop1(),
        row.testTop5(),
        known(row.averageLoss()),
        known(row.averageTop1()));
  }

  private static String timing(Event.Epoch row) {
    return String.format(
        Locale.ROOT,
        "%d,%d,%.1f,%.3f,%.4f\n",
        row.epoch(),
        row.step(),
        row.imagesPerSecond(),
        row.seconds(),
        row.waited());
  }

  /** Nothing where there is no value. */
  private static String known(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.6f", value);
  }
}

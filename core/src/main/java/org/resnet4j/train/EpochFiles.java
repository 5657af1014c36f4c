package org.resnet4j.train;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
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
      "epoch,step,rate,train_loss,train_top1,%1$s_loss,%1$s_top1,%1$s_top5,average_loss,average_top1\n";
  private static final String TIMING = "epoch,step,images_per_second,seconds,waited\n";

  private final Path metrics;
  private final Path timing;
  private final String header;
  private final List<Event.Epoch> rows;
  private boolean torn;

  /**
   * Starts the files anew with the epochs that are already there.
   *
   * @param judging what the images are called that judge the epochs
   */
  EpochFiles(RunFolder folder, String judging, List<Event.Epoch> history) throws IOException {
    metrics = folder.metrics();
    timing = folder.timing();
    header = METRICS.formatted(judging);
    rows = new ArrayList<>(history);
    writeAll();
  }

  private void writeAll() throws IOException {
    write(metrics, header, EpochFiles::metrics);
    write(timing, TIMING, EpochFiles::timing);
  }

  private void write(Path file, String first, Function<Event.Epoch, String> line)
      throws IOException {
    StringBuilder text = new StringBuilder(first);
    rows.forEach(row -> text.append(line.apply(row)));
    AtomicFile.write(file, text.toString().getBytes(UTF_8));
  }

  /** Adds a line to each file, and writes them anew if one before came to the disk in part. */
  void add(Event.Epoch row) throws IOException {
    rows.add(row);
    boolean whole = !torn;
    torn = true;
    if (whole) {
      Files.writeString(metrics, metrics(row), StandardOpenOption.APPEND);
      Files.writeString(timing, timing(row), StandardOpenOption.APPEND);
    } else {
      writeAll();
    }
    torn = false;
  }

  /** The epochs in a file of metrics, without their timing. */
  static List<Event.Epoch> read(Path metrics) throws IOException {
    return Files.readAllLines(metrics).stream().skip(1).map(EpochFiles::row).toList();
  }

  private static Event.Epoch row(String line) {
    String[] cells = line.split(",", -1);
    double[] values = new double[cells.length];
    for (int i = 0; i < cells.length; i++) {
      values[i] = cells[i].isEmpty() ? Double.NaN : Double.parseDouble(cells[i]);
    }
    return new Event.Epoch(
        (int) values[0],
        (long) values[1],
        values[2],
        values[3],
        values[4],
        values[5],
        values[6],
        values[7],
        Double.NaN,
        Double.NaN,
        Double.NaN,
        values[8],
        values[9]);
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

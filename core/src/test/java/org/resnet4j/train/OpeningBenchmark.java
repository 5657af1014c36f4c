package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.Weights;
import org.resnet4j.weights.convert.Conversion;

/** Prints how long files of weights take to a live network, and to their bytes: medians. */
final class OpeningBenchmark {
  private static final int WARM_UP = 5;
  private static final int ROUNDS = 21;

  private OpeningBenchmark() {}

  /** Arguments: a model folder, and a {@code .pth} file. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path file = folder.resolve("model.safetensors");
    Path checkpoint = Path.of(arguments[1]);
    double[][] times = new double[4][ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      double[] now = {
        milliseconds(() -> Files.readAllBytes(file)),
        milliseconds(() -> SavedModel.open(folder).live(Device.CPU, Precision.FP32).close()),
        milliseconds(() -> Files.readAllBytes(checkpoint)),
        milliseconds(() -> live(checkpoint))
      };
      for (int i = 0; round >= 0 && i < now.length; i++) {
        times[i][round] = now[i];
      }
    }
    double[] medians = Arrays.stream(times).mapToDouble(OpeningBenchmark::median).toArray();
    System.out.printf(
        "safetensors: bytes %.0f ms, live network %.0f ms (%.2fx)%n",
        medians[0], medians[1], medians[1] / medians[0]);
    System.out.printf(
        "pth: bytes %.0f ms, live network %.0f ms (%.2fx)%n",
        medians[2], medians[3], medians[3] / medians[2]);
  }

  private static double median(double[] times) {
    return Arrays.stream(times).sorted().toArray()[times.length / 2];
  }

  private static void live(Path checkpoint) {
    Conversion conversion =
        Conversion.of(checkpoint, Weights.load(checkpoint).entries(), Conversion.Options.NONE);
    Map<String, TensorEntry> entries = new HashMap<>();
    conversion.entries().forEach(entry -> entries.put(entry.name(), entry));
    LiveNetwork.of(
            conversion.network(),
            (parameter, values) ->
                Objects.requireNonNull(entries.get(parameter.name())).copyTo(values),
            Device.CPU,
            Precision.FP32)
        .close();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static double milliseconds(Work work) throws IOException {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }
}

package org.resnet4j.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.Weights;

/** Prints how long a model folder takes to a live network, and a file to its bytes. */
final class OpeningBenchmark {
  private OpeningBenchmark() {}

  /** Arguments: a model folder, and a {@code .pth} file. */
  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]);
    Path file = folder.resolve("model.safetensors");
    Path checkpoint = Path.of(arguments[1]);
    for (int round = 0; round < 8; round++) {
      double bytes = milliseconds(() -> Files.readAllBytes(file));
      double live =
          milliseconds(
              () -> {
                LiveNetwork network = SavedModel.open(folder).live(Device.CPU, Precision.FP32);
                network.close();
              });
      double checkpointBytes = milliseconds(() -> Files.readAllBytes(checkpoint));
      double weights = milliseconds(() -> Weights.load(checkpoint));
      System.out.printf(
          "safetensors: bytes %.0f ms, live network %.0f ms (%.2fx); pth: bytes %.0f ms, weights %.0f"
              + " ms (%.2fx)%n",
          bytes, live, live / bytes, checkpointBytes, weights, weights / checkpointBytes);
    }
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

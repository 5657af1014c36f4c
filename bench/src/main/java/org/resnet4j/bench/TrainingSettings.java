package org.resnet4j.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.resnet4j.arch.Shape;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;

/**
 * What steps are to be measured, and how.
 *
 * @param model a model folder or a name of the catalogue
 * @param precisions of our activations; {@code auto} is bf16 where the processor has it, else fp32
 * @param batches images of a step; none for what is usual for the network
 * @param threads of each contestant
 * @param python the interpreter for PyTorch; absent for the one that is found
 * @param data what to measure the input pipeline with, if at all
 * @param explain whether to say what our step consists of
 * @param force whether to measure on a busy machine
 * @param seconds of timing for each contestant; one step a round at least
 * @param seed of images, labels, and weights that are made up
 */
record TrainingSettings(
    String model,
    List<String> precisions,
    List<Integer> batches,
    int threads,
    List<TrainingPeer> peers,
    Optional<String> python,
    Optional<String> data,
    boolean explain,
    boolean force,
    double seconds,
    long seed) {
  private static final int LARGEST_SMALL_IMAGE = 64;
  private static final int SMALL_IMAGES = 128; // arXiv 1512.03385, section 4.2.
  private static final int LARGE_IMAGES = 16;

  /** Throws {@link IllegalArgumentException} that names the option, its value and the rule. */
  TrainingSettings {
    precisions = distinct(precisions.stream().map(TrainingSettings::precision).toList());
    batches = distinct(batches);
    peers = distinct(peers);
    for (int batch : batches) {
      Settings.require(
          "--batch",
          batch,
          batch >= 2 && batch <= Settings.LARGEST_BATCH,
          "from 2 to %d with --train".formatted(Settings.LARGEST_BATCH));
    }
    Settings.requireThreads(threads);
    Settings.requireSeconds(seconds);
    python.ifPresent(
        path ->
            Settings.require(
                "--python", path, Files.isExecutable(Path.of(path)), "a program that can be run"));
  }

  private static <T> List<T> distinct(List<T> values) {
    return List.copyOf(new LinkedHashSet<>(values));
  }

  private static String precision(String name) {
    Settings.require(
        "--precision",
        name,
        List.of("auto", "fp32", "bf16").contains(name),
        "auto, fp32 or bf16 with --train");
    return Precision.of(name, Device.CPU).id();
  }

  /** The batches, or that which is usual for images of that shape. */
  List<Integer> batchesFor(Shape image) {
    return batches.isEmpty() ? List.of(small(image) ? SMALL_IMAGES : LARGE_IMAGES) : batches;
  }

  /** Whether images are as small as CIFAR's or little larger. */
  static boolean small(Shape image) {
    return Math.max(image.height(), image.width()) <= LARGEST_SMALL_IMAGE;
  }
}

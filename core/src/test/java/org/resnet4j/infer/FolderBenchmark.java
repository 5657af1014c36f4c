package org.resnet4j.infer;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.ImageDecoder;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.model.ModelConfig;

/**
 * Prints how fast a folder of photographs is classified from its files, beside the network's own
 * rate on the same images, decoded and cropped before.
 *
 * <p>Both are measured in turns, since machines change while they are watched.
 */
final class FolderBenchmark {
  private FolderBenchmark() {}

  /**
   * Arguments: a folder of photographs, a network, how many files (the folder's, again and again),
   * precisions.
   */
  public static void main(String[] arguments) throws IOException {
    Path temporary = Files.createTempDirectory("photographs");
    try {
      Path model = Files.createDirectory(temporary.resolve("model"));
      Network network = Catalogue.network(arguments[1]);
      write(model, network);
      int count = Integer.parseInt(arguments[2]);
      List<Path> files = copies(Path.of(arguments[0]), temporary, count);
      for (String precision : Arrays.asList(arguments).subList(3, arguments.length)) {
        Classifier.Options options =
            Classifier.Options.DEFAULT
                .withMode(Classifier.Mode.THROUGHPUT)
                .withPrecision(InferencePrecision.named(precision));
        try (Classifier classifier = Classifier.load(model, options)) {
          measure(network.name(), classifier, SavedModel.open(model), files);
        }
      }
    } finally {
      delete(temporary);
    }
  }

  private static void write(Path folder, Network network) throws IOException {
    List<String> labels =
        Stream.iterate(0, i -> i + 1).limit(network.classes()).map(i -> "class " + i).toList();
    ReproducibleModel.write(
        folder,
        new ModelConfig(
            network,
            labels,
            256,
            "bilinear",
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225)),
        ReproducibleValues::fill);
    ReproducibleModel.quantise(folder);
  }

  private static List<Path> copies(Path photographs, Path to, int count) throws IOException {
    List<Path> originals;
    try (Stream<Path> all = Files.list(photographs)) {
      originals = all.filter(file -> file.toString().endsWith(".JPEG")).sorted().toList();
    }
    List<Path> copies = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path copy = to.resolve("%05d.jpeg".formatted(i));
      copies.add(Files.copy(originals.get(i % originals.size()), copy));
    }
    return copies;
  }

  private static void measure(
      String name, Classifier classifier, SavedModel model, List<Path> files) {
    int rounds = 4;
    int each = files.size() / rounds;
    List<Image> images =
        files.subList(0, each).stream()
            .map(file -> model.preprocessing().fit(classifier.decode(file)))
            .toList();
    classifier.classifyFiles(files.subList(0, each), 5, () -> false);
    ImageDecoder decoder = new ImageDecoder(3);
    Cost inFiles = new Cost();
    Cost inNetwork = new Cost();
    Cost inDecoder = new Cost();
    for (int round = 0; round < rounds; round++) {
      List<Path> part = files.subList(round * each, (round + 1) * each);
      inFiles.add(() -> requireAll(classifier.classifyFiles(part, 5, () -> false)));
      inNetwork.add(() -> classifier.classify(images, 5));
      inDecoder.add(() -> part.forEach(file -> decoder.decode(file, model.preprocessing().crop())));
    }
    int count = rounds * each;
    System.out.printf(
        "%s %s: %d files in %.1f s, %.1f images/s; the network alone %.1f images/s: %.1f %%."
            + " Processors were busy for %.1f ms an image, %.1f of the network alone: %.1f %%;"
            + " with decoding and cropping on one thread for %.1f%n",
        name,
        classifier.precision().id(),
        count,
        inFiles.seconds,
        count / inFiles.seconds,
        count / inNetwork.seconds,
        100 * inNetwork.seconds / inFiles.seconds,
        1000 * inFiles.busy / count,
        1000 * inNetwork.busy / count,
        100 * inNetwork.busy / inFiles.busy,
        1000 * inDecoder.busy / count);
  }

  private static void requireAll(List<Classification> all) {
    if (!all.stream().allMatch(Classification.Success.class::isInstance)) {
      throw new IllegalStateException("a photograph was not classified");
    }
  }

  /** Time on the clock and of all processors, which others' work changes less. */
  private static final class Cost {
    private static final OperatingSystemMXBean SYSTEM =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private double seconds;
    private double busy;

    void add(Runnable work) {
      long time = System.nanoTime();
      long processors = SYSTEM.getProcessCpuTime();
      work.run();
      seconds += (System.nanoTime() - time) / 1e9;
      busy += (SYSTEM.getProcessCpuTime() - processors) / 1e9;
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}

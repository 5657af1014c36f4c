package org.resnet4j.data.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;

/** The MNIST family: a pair of IDX files, images and labels, to train and one to test. */
final class IdxFiles {
  private IdxFiles() {}

  /** Whether one of the files is a training image file by its name. */
  static boolean recognises(List<Path> files) {
    return find(files, "train-images").isPresent();
  }

  /** Throws {@link DataException} if a file is missing, damaged or does not fit its partner. */
  static Splits open(String name, List<Path> files) {
    Idx images = Idx.read(require(files, "train-images"), 3);
    Idx labels = Idx.read(require(files, "train-labels"), 1);
    int classes = 1 + IntStream.of(labels.unsigned()).max().orElse(0);
    List<String> names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    Dataset train = dataset(images, labels, names);
    for (String test : List.of("t10k", "test")) {
      if (find(files, test + "-images").isPresent()) {
        Idx testImages = Idx.read(require(files, test + "-images"), 3);
        Idx testLabels = Idx.read(require(files, test + "-labels"), 1);
        return new Splits(name, train, dataset(testImages, testLabels, names), List.of());
      }
    }
    return HoldOut.split(name, train, List.of());
  }

  private static Dataset dataset(Idx images, Idx labels, List<String> names) {
    if (images.size(0) != labels.size(0)) {
      throw new DataException(
          "%s has %d images but %s has %d labels; they must be as many"
              .formatted(images.file(), images.size(0), labels.file(), labels.size(0)));
    }
    return new MemoryDataset(
        new Shape(1, images.size(1), images.size(2)),
        images.values(),
        labels.unsigned(),
        names,
        List.of(new MemoryDataset.Source(images.file().toString(), 0)));
  }

  private static Path require(List<Path> files, String start) {
    return find(files, start)
        .orElseThrow(
            () ->
                new DataException(
                    "%s: no %s file (IDX, gzip or not) beside the others"
                        .formatted(files.get(0).getParent(), start)));
  }

  private static Optional<Path> find(List<Path> files, String start) {
    return files.stream()
        .filter(file -> file.getFileName().toString().startsWith(start))
        .findFirst();
  }
}

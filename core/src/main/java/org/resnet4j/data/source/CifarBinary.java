package org.resnet4j.data.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Splits;

/**
 * The binary batches of CIFAR-10 and CIFAR-100: records of 1 or 2 label bytes (the last is used, in
 * CIFAR-100 the fine one) and 3072 pixels, one colour plane after the other.
 */
enum CifarBinary {
  CIFAR_10("data_batch_\\d+\\.bin", "test_batch\\.bin", "batches.meta.txt", 10, 1),
  CIFAR_100("train\\.bin", "test\\.bin", "fine_label_names.txt", 100, 2);

  private static final Shape SHAPE = new Shape(3, 32, 32);
  private static final int PIXELS = 3072;
  private static final int PLANE = 1024;

  private final String trainFiles;
  private final String testFiles;
  private final String namesFile;
  private final int classes;
  private final int labelBytes;

  CifarBinary(String trainFiles, String testFiles, String namesFile, int classes, int labelBytes) {
    this.trainFiles = trainFiles;
    this.testFiles = testFiles;
    this.namesFile = namesFile;
    this.classes = classes;
    this.labelBytes = labelBytes;
  }

  /** Whether one of the files is a training batch of this format. */
  boolean recognises(List<Path> files) {
    return !matching(files, trainFiles).isEmpty();
  }

  /** Throws {@link DataException} if a file is not whole records or a label is out of range. */
  Splits open(String name, List<Path> files) {
    List<String> names = classNames(files);
    Dataset train = read(matching(files, trainFiles), names);
    List<Path> tests = matching(files, testFiles);
    return tests.isEmpty()
        ? HoldOut.split(name, train, List.of())
        : new Splits(name, train, read(tests, names), List.of());
  }

  private static List<Path> matching(List<Path> files, String pattern) {
    return files.stream().filter(file -> file.getFileName().toString().matches(pattern)).toList();
  }

  private List<String> classNames(List<Path> files) {
    for (Path file : files) {
      if (file.getFileName().toString().equals(namesFile)) {
        List<String> names =
            lines(file).stream().map(String::strip).filter(s -> !s.isEmpty()).toList();
        if (names.size() != classes) {
          throw new DataException(
              "%s: %d class names, expected %d, one a line".formatted(file, names.size(), classes));
        }
        return names;
      }
    }
    return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }

  private MemoryDataset read(List<Path> files, List<String> names) {
    List<MemoryDataset.Source> sources = new ArrayList<>();
    List<byte[]> batches = new ArrayList<>();
    int images = 0;
    for (Path file : files) {
      sources.add(new MemoryDataset.Source(file.toString(), images));
      int most = (Integer.MAX_VALUE - 8) / record() - images;
      byte[] batch = bytes(file, most);
      batches.add(batch);
      images += batch.length / record();
    }
    byte[] pixels = new byte[images * PIXELS];
    int[] labels = new int[images];
    int image = 0;
    for (byte[] batch : batches) {
      for (int start = 0; start < batch.length; start += record()) {
        labels[image] = batch[start + labelBytes - 1] & 0xff;
        interleave(batch, start + labelBytes, pixels, image * PIXELS);
        image++;
      }
    }
    return new MemoryDataset(SHAPE, pixels, labels, names, sources);
  }

  private int record() {
    return labelBytes + PIXELS;
  }

  private byte[] bytes(Path file, int most) {
    byte[] bytes;
    try {
      if (Files.size(file) / record() > most) {
        throw new DataException(
            "%s: together with the batches before it, more images than one array holds"
                .formatted(file));
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new DataException("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
    int whole = bytes.length / record();
    if (bytes.length % record() != 0) {
      throw new DataException(
          "%s: %d bytes are not whole records of %d; %d images need %d bytes, %d need %d. Fetch it again"
              .formatted(
                  file,
                  bytes.length,
                  record(),
                  whole,
                  (long) whole * record(),
                  whole + 1,
                  (whole + 1L) * record()));
    }
    return bytes;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new DataException("%s: cannot be read (%s)".formatted(file, e.getMessage()), e);
    }
  }

  private static void interleave(byte[] planes, int from, byte[] pixels, int to) {
    for (int i = 0; i < PLANE; i++) {
      pixels[to + 3 * i] = planes[from + i];
      pixels[to + 3 * i + 1] = planes[from + PLANE + i];
      pixels[to + 3 * i + 2] = planes[from + 2 * PLANE + i];
    }
  }
}

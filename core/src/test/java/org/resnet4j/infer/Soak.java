package org.resnet4j.infer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Image;

/**
 * Many threads classify for long, in a JVM of their own, whose heap is of a fixed size and touched:
 * what else it grows by is native.
 */
final class Soak {
  /** How a run ends. */
  static final int GOOD = 0;

  static final int GROWS = 10;
  static final int LEAVES_OBJECTS = 11;
  static final int ERRS = 12;

  private static final int THREADS = 16;
  private static final int IMAGES = 64;
  private static final int TOP = 3;
  private static final long MOST_GROWTH = 50 << 20;
  private static final int LEAK = 64 << 10;

  private final Classifier classifier;
  private final List<Image> images;
  private final List<List<Prediction>> expected;
  private final Fault fault;
  private final AtomicInteger wrong = new AtomicInteger();
  private final List<Pointer> leaked = new ArrayList<>();

  /** What the classifier has not, to see that it would be found. */
  enum Fault {
    NONE,
    /** Native memory that nobody counts. */
    MEMORY,
    /** A native object that is not closed. */
    OBJECT,
    /** Another image's answer, once. */
    ANSWER
  }

  private Soak(
      Classifier classifier, List<Image> images, List<List<Prediction>> expected, Fault fault) {
    this.classifier = classifier;
    this.images = images;
    this.expected = expected;
    this.fault = fault;
  }

  /** Arguments: a model folder, a precision, a mode, how many classifications, a fault. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Classifier.Options options =
        Classifier.Options.DEFAULT
            .withPrecision(InferencePrecision.named(arguments[1]))
            .withMode(Classifier.Mode.valueOf(arguments[2]));
    int count = Integer.parseInt(arguments[3]);
    Fault fault = Fault.valueOf(arguments[4]);
    Network network = Catalogue.network("resnet20");
    ReproducibleModel.write(folder, network);
    ReproducibleModel.quantise(folder);
    System.exit(run(folder, options, network, count, fault));
  }

  private static int run(
      Path folder, Classifier.Options options, Network network, int count, Fault fault)
      throws Exception {
    List<Image> images =
        IntStream.range(0, IMAGES)
            .mapToObj(i -> ReproducibleModel.image(network.input(), i))
            .toList();
    List<List<Prediction>> expected;
    try (Classifier alone = Classifier.load(folder, options)) {
      expected = images.stream().map(image -> alone.classify(image, TOP)).toList();
    }
    System.gc(); // Pointers that were dropped rather than closed are not what this looks for.
    Thread.sleep(200);
    long objects = Pointer.totalCount();
    long bytes = Pointer.totalBytes();
    long closed = resident();
    Classifier classifier = Classifier.load(folder, options);
    Soak soak = new Soak(classifier, images, expected, fault);
    soak.classify(Math.max(count / 5, 500));
    long warm = resident();
    long start = System.nanoTime();
    soak.classify(count);
    double seconds = (System.nanoTime() - start) / 1e9;
    long end = resident();
    classifier.close();
    long objectsLeft = Pointer.totalCount() - objects;
    long bytesLeft = Pointer.totalBytes() - bytes;
    System.out.printf(
        "%s %s: %d classifications by %d threads in %.1f s, %.0f a second; %d wrong;"
            + " resident memory grew by %.1f MB after warm-up, by %.1f MB from before opening to after"
            + " closing; %d native objects and %d bytes left%n",
        classifier.precision().id(),
        options.mode(),
        count,
        THREADS,
        seconds,
        count / seconds,
        soak.wrong.get(),
        (end - warm) / 1e6,
        (resident() - closed) / 1e6,
        objectsLeft,
        bytesLeft);
    if (soak.wrong.get() > 0) {
      return ERRS;
    }
    if (objectsLeft > 0 || bytesLeft > 0) {
      return LEAVES_OBJECTS;
    }
    return end - warm > MOST_GROWTH || resident() - closed > MOST_GROWTH ? GROWS : GOOD;
  }

  private void classify(int count) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      all.add(
          threads.submit(
              () -> {
                for (int n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                  classifyOne(n);
                }
              }));
    }
    for (Future<?> future : all) {
      future.get();
    }
    threads.shutdown();
  }

  private void classifyOne(int number) {
    int image = number % IMAGES;
    int asked = fault == Fault.ANSWER && number == 321 ? image + 1 : image;
    if (!classifier.classify(images.get(asked), TOP).equals(expected.get(image))) {
      wrong.incrementAndGet();
    }
    if (fault == Fault.MEMORY) {
      Pointer.memset(Pointer.malloc(LEAK), 1, LEAK);
    } else if (fault == Fault.OBJECT && number == 321) {
      synchronized (leaked) {
        leaked.add(new BytePointer(1));
      }
    }
  }

  private static long resident() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }
}

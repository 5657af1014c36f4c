package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.data.Image;
import org.resnet4j.tensor.Precision;
import org.resnet4j.weights.model.ModelWeights;

/** Closing, from whatever thread and at whatever time, ends in typed errors and no leaks. */
class ClassifierLifetimeTest {
  private static final Network NETWORK = Catalogue.network("resnet8").withClasses(3);
  private static final Classifier.Options FP32 =
      Classifier.Options.DEFAULT.withPrecision(InferencePrecision.FP32).withThreads(2);

  @TempDir private static Path folder;

  @BeforeAll
  static void write() throws IOException {
    ReproducibleModel.write(folder, NETWORK);
    for (Classifier.Mode mode : Classifier.Mode.values()) {
      Classifier.load(folder, FP32.withMode(mode)).close(); // What is made once a process is made.
    }
  }

  private static Image image(int number) {
    return ReproducibleModel.image(NETWORK.input(), number);
  }

  @TestFactory
  Stream<DynamicTest> refuses_everything_once_closed() {
    Classifier classifier = Classifier.load(folder, FP32);
    classifier.close();
    classifier.close();
    Path file = folder.resolve("nowhere.png");
    BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    return Stream.of(
        closed("classify an image", () -> classifier.classify(image(0), 1)),
        closed("classify a file", () -> classifier.classify(file, 1)),
        closed("classify images", () -> classifier.classify(List.of(image(0)), 1)),
        closed("classify no images", () -> classifier.classify(List.of(), 1)),
        closed("classify files", () -> classifier.classifyFiles(List.of(file), 1, () -> false)),
        closed("classify no files", () -> classifier.classifyFiles(List.of(), 1, () -> false)),
        closed("logits", () -> classifier.logits(image(0))),
        closed("embed an image", () -> classifier.embed(image(0))),
        closed("embed a file", () -> classifier.embed(file)),
        closed("embed images", () -> classifier.embed(List.of(image(0)))),
        closed("embed no images", () -> classifier.embed(List.of())),
        closed("feature maps", () -> classifier.featureMaps(image(0), 1)),
        closed("evaluate", () -> classifier.evaluate("shapes")),
        closed("decode a file", () -> classifier.decode(file)),
        closed("decode bytes", () -> classifier.decode(new byte[0])),
        closed("decode a stream", () -> classifier.decode(new ByteArrayInputStream(new byte[0]))),
        closed("decode a picture", () -> classifier.decode(picture)));
  }

  private static DynamicTest closed(String what, ThrowingCallable call) {
    return DynamicTest.dynamicTest(
        what,
        () ->
            assertThatThrownBy(call)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the classifier is closed; open another"));
  }

  @Test
  void what_it_is_can_be_asked_once_closed() {
    Classifier classifier = Classifier.load(folder, FP32);
    classifier.close();
    assertThat(classifier.labels()).containsExactly("0", "1", "2");
    assertThat(classifier.network()).isEqualTo(NETWORK);
    assertThat(classifier.precision()).isEqualTo(InferencePrecision.FP32);
  }

  @ParameterizedTest
  @EnumSource(Classifier.Mode.class)
  void may_be_closed_by_several_threads_while_others_classify(Classifier.Mode mode)
      throws Exception {
    long before = Pointer.totalCount();
    for (int round = 0; round < 5; round++) {
      closeUnderLoad(Classifier.load(folder, FP32.withMode(mode).withBatch(3)));
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
  }

  private static void closeUnderLoad(Classifier classifier) throws Exception {
    List<Image> images = List.of(image(0), image(1), image(2), image(3));
    List<Prediction> expected = classifier.classify(image(0), 3);
    ExecutorService threads = Executors.newFixedThreadPool(10);
    try {
      CountDownLatch busy = new CountDownLatch(8);
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        boolean many = i % 2 == 0;
        callers.add(threads.submit(() -> untilClosed(classifier, many, images, expected, busy)));
      }
      busy.await();
      List<Future<?>> closers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        closers.add(threads.submit(classifier::close));
      }
      for (Future<?> closer : closers) {
        closer.get();
      }
      for (Future<Integer> caller : callers) {
        assertThat(caller.get()).isPositive();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  /** How many answers there were until the typed error. */
  private static int untilClosed(
      Classifier classifier,
      boolean many,
      List<Image> images,
      List<Prediction> expected,
      CountDownLatch busy) {
    for (int answers = 0; ; answers++) {
      try {
        if (many) {
          assertThat(classifier.classify(images, 1)).hasSize(images.size());
          assertThat(classifier.featureMaps(images.get(0), 2).values()).hasSize(32 * 16 * 16);
        } else {
          assertThat(classifier.classify(images.get(0), 3)).isEqualTo(expected);
        }
        if (answers == 0) {
          busy.countDown();
        }
      } catch (IllegalStateException e) {
        assertThat(e).hasMessage("the classifier is closed; open another");
        return answers;
      }
    }
  }

  @Test
  void an_interrupted_caller_stays_interrupted_and_the_next_is_answered() {
    try (Classifier classifier = Classifier.load(folder, FP32)) {
      List<Prediction> expected = classifier.classify(image(0), 3);
      assertCancelled(() -> classifier.classify(image(0), 3));
      assertCancelled(() -> classifier.classify(List.of(image(0), image(1)), 3));
      assertCancelled(() -> classifier.embed(image(0)));
      assertCancelled(() -> classifier.featureMaps(image(0), 1));
      assertCancelled(
          () ->
              classifier.classifyFiles(
                  Collections.nCopies(100, folder.resolve("nowhere.png")), 1, () -> false));
      assertThat(classifier.classify(image(0), 3)).isEqualTo(expected);
    }
  }

  private static void assertCancelled(ThrowingCallable call) {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(call).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void work_that_nobody_waits_for_any_more_is_not_begun() {
    AtomicInteger put = new AtomicInteger();
    try (CompiledRunner runner = runner()) {
      Runner.Images images =
          (number, target) -> {
            put.incrementAndGet();
            target.put(new float[Math.toIntExact(NETWORK.input().size())]);
          };
      assertCancelled(() -> runner.logits(10_000, images));
      runner.logits(1, images); // Behind all that is left of it.
      assertThat(put.get()).isLessThan(1000);
    }
  }

  @Test
  void an_image_that_cannot_be_had_ends_the_call_and_nothing_else() {
    AtomicInteger put = new AtomicInteger();
    try (CompiledRunner runner = runner()) {
      float[] zero = new float[Math.toIntExact(NETWORK.input().size())];
      Runner.Images allButFirst =
          (number, target) -> {
            put.incrementAndGet();
            if (number == 0) {
              throw new IllegalArgumentException("image 0");
            }
            target.put(zero);
          };
      assertThatThrownBy(() -> runner.logits(10_000, allButFirst))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("image 0");
      assertThat(runner.logits(1, (number, target) -> target.put(zero))).hasSize(3);
      assertThat(put.get()).isLessThan(1000);
    }
  }

  private static CompiledRunner runner() {
    return new CompiledRunner(
        NETWORK,
        ModelWeights.open(folder, NETWORK),
        Precision.FP32,
        null,
        Classifier.Mode.LATENCY,
        1,
        1);
  }
}

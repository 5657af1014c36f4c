package org.resnet4j.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.nn.ReproducibleValues;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Precision;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.train.SavedModel;

/** A classifier says of an image what the network says, alone and among others. */
class ClassifierValuesTest {
  private static final Classifier.Options FP32 =
      Classifier.Options.DEFAULT.withPrecision(InferencePrecision.FP32).withThreads(2);
  private static final double NEAR = 1e-5;
  private static final int IMAGES = 10;

  @TempDir private static Path folder;

  @BeforeAll
  static void write() throws IOException {
    for (String name : List.of("resnet8", "resnetv2_8")) {
      Files.createDirectory(folder.resolve(name));
      ReproducibleModel.write(folder.resolve(name), Catalogue.network(name).withClasses(7));
    }
  }

  private static Classifier open(Classifier.Options options) {
    return Classifier.load(folder.resolve("resnet8"), options);
  }

  private static Image image(int number) {
    return ReproducibleModel.image(new Shape(3, 32, 32), number);
  }

  private static List<Image> images() {
    return IntStream.range(0, IMAGES).mapToObj(ClassifierValuesTest::image).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet8", "resnetv2_8"})
  void an_embedding_is_the_pooled_features(String name) {
    try (Classifier classifier = Classifier.load(folder.resolve(name), FP32)) {
      assertNear(classifier.embed(image(1)), live(name, image(1), LiveNetwork::features));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet8", "resnetv2_8"})
  void the_logits_are_the_head_times_the_embedding(String name) {
    try (Classifier classifier = Classifier.load(folder.resolve(name), FP32)) {
      float[] embedding = classifier.embed(image(2));
      Map<String, float[]> head = new HashMap<>();
      for (Parameter parameter : classifier.network().state()) {
        head.put(parameter.name(), ReproducibleValues.fill(parameter));
      }
      String headName = classifier.network().headName();
      float[] weight = head.get(headName + ".weight");
      float[] logits = head.get(headName + ".bias");
      for (int i = 0; i < weight.length; i++) {
        logits[i / embedding.length] += weight[i] * embedding[i % embedding.length];
      }
      assertNear(classifier.logits(image(2)), logits);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "resnet8, 1, 16, 32", "resnet8, 2, 32, 16", "resnet8, 3, 64, 8",
    "resnetv2_8, 1, 16, 32", "resnetv2_8, 2, 32, 16", "resnetv2_8, 3, 64, 8"
  })
  void feature_maps_are_those_of_the_stage(String name, int stage, int channels, int side) {
    try (Classifier classifier = Classifier.load(folder.resolve(name), FP32)) {
      FeatureMaps maps = classifier.featureMaps(image(3), stage);
      assertThat(maps.shape()).isEqualTo(new Shape(channels, side, side));
      assertNear(
          maps.values(),
          live(name, image(3), (network, input) -> network.featureMaps(input).get(stage - 1)));
    }
  }

  @Test
  void probabilities_are_the_softmax_of_the_logits_best_first() {
    try (Classifier classifier = open(FP32)) {
      float[] logits = classifier.logits(image(4));
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit);
      }
      List<Prediction> predictions = classifier.classify(image(4), 100);
      assertThat(predictions).hasSize(7);
      for (Prediction prediction : predictions) {
        assertThat(prediction.probability())
            .isCloseTo(Math.exp(logits[prediction.index()]) / sum, offset());
        assertThat(prediction.label()).isEqualTo(Integer.toString(prediction.index()));
      }
      assertThat(predictions)
          .isSortedAccordingTo((a, b) -> Double.compare(b.probability(), a.probability()));
      assertThat(classifier.classify(image(4), 2)).isEqualTo(predictions.subList(0, 2));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LATENCY, 1",
    "LATENCY, 3",
    "LATENCY, 7",
    "LATENCY, 0",
    "THROUGHPUT, 1",
    "THROUGHPUT, 3",
    "THROUGHPUT, 7",
    "THROUGHPUT, 0",
    "THROUGHPUT, 10"
  })
  void many_images_get_the_answers_that_each_gets_alone(Classifier.Mode mode, int batch) {
    Classifier.Options options = FP32.withMode(mode).withBatch(batch);
    try (Classifier classifier = open(options)) {
      List<List<Prediction>> together = classifier.classify(images(), 7);
      List<float[]> embeddings = classifier.embed(images());
      assertThat(together).hasSize(IMAGES);
      assertThat(embeddings).hasSize(IMAGES);
      for (int i = 0; i < IMAGES; i++) {
        assertSame(together.get(i), classifier.classify(image(i), 7));
        assertNear(embeddings.get(i), classifier.embed(image(i)));
      }
    }
  }

  @Test
  void both_modes_answer_alike() {
    try (Classifier latency = open(FP32.withMode(Classifier.Mode.LATENCY));
        Classifier throughput = open(FP32.withMode(Classifier.Mode.THROUGHPUT))) {
      for (int i = 0; i < IMAGES; i++) {
        assertNear(throughput.logits(image(i)), latency.logits(image(i)));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Classifier.Mode.class)
  void no_images_get_no_answers(Classifier.Mode mode) {
    try (Classifier classifier = open(FP32.withMode(mode))) {
      assertThat(classifier.classify(List.of(), 1)).isEmpty();
      assertThat(classifier.embed(List.of())).isEmpty();
      assertThat(classifier.classifyFiles(List.of(), 1, () -> false)).isEmpty();
    }
  }

  @Test
  void an_image_of_another_size_is_resized_and_cropped_as_in_training() {
    Image large = ReproducibleModel.image(new Shape(3, 48, 40), 5);
    Image fitted = SavedModel.open(folder.resolve("resnet8")).preprocessing().fit(large);
    assertThat(fitted.shape()).isEqualTo(new Shape(3, 32, 32));
    try (Classifier classifier = open(FP32)) {
      assertThat(classifier.logits(large)).containsExactly(classifier.logits(fitted));
      assertThat(classifier.embed(large)).containsExactly(classifier.embed(fitted));
      assertThat(classifier.featureMaps(large, 1).values())
          .containsExactly(classifier.featureMaps(fitted, 1).values());
    }
  }

  @Test
  void grey_images_are_taken_as_colours() {
    byte[] grey = ReproducibleModel.image(new Shape(1, 32, 32), 6).pixels();
    byte[] colours = new byte[3 * grey.length];
    for (int i = 0; i < colours.length; i++) {
      colours[i] = grey[i / 3];
    }
    try (Classifier classifier = open(FP32)) {
      assertThat(classifier.logits(new Image(new Shape(1, 32, 32), grey)))
          .containsExactly(classifier.logits(new Image(new Shape(3, 32, 32), colours)));
    }
  }

  @Test
  void refuses_an_image_of_two_channels_and_answers_the_next() {
    Image odd = ReproducibleModel.image(new Shape(2, 32, 32), 0);
    String message = "an image of 2x32x32 cannot become one of 3 channels; 1 and 3 are known";
    try (Classifier classifier = open(FP32)) {
      List<Prediction> before = classifier.classify(image(0), 1);
      assertRefused(message, () -> classifier.classify(odd, 1));
      assertRefused(message, () -> classifier.classify(List.of(image(0), odd), 1));
      assertRefused(message, () -> classifier.logits(odd));
      assertRefused(message, () -> classifier.embed(odd));
      assertRefused(message, () -> classifier.embed(List.of(odd)));
      assertRefused(message, () -> classifier.featureMaps(odd, 1));
      assertThat(classifier.classify(image(0), 1)).isEqualTo(before);
    }
  }

  @Test
  void refuses_stages_that_the_network_has_not() {
    try (Classifier classifier = open(FP32)) {
      for (int stage : new int[] {-1, 0, 4, Integer.MAX_VALUE}) {
        assertRefused(
            "stage = %d: resnet8 has stages 1 to 3".formatted(stage),
            () -> classifier.featureMaps(image(0), stage));
      }
    }
  }

  @Test
  void refuses_to_name_fewer_classes_than_one() {
    try (Classifier classifier = open(FP32)) {
      Path nowhere = folder.resolve("nowhere.png");
      for (int k : new int[] {0, -1}) {
        String message = "k = %d: must be at least 1".formatted(k);
        assertRefused(message, () -> classifier.classify(image(0), k));
        assertRefused(message, () -> classifier.classify(images(), k));
        assertRefused(message, () -> classifier.classify(List.of(), k));
        assertRefused(message, () -> classifier.classify(nowhere, k));
        assertRefused(message, () -> classifier.classifyFiles(List.of(nowhere), k, () -> false));
      }
    }
  }

  @Test
  void refuses_options_out_of_range() {
    for (int number : new int[] {-1, 1025, Integer.MIN_VALUE}) {
      assertRefused(
          "threads = %d: must be from 1 to 1024, or 0 to choose".formatted(number),
          () -> FP32.withThreads(number));
      assertRefused(
          "batch = %d: must be from 1 to 1024, or 0 to choose".formatted(number),
          () -> FP32.withBatch(number));
    }
    assertThat(FP32.withThreads(1024).withBatch(1024).batch()).isEqualTo(1024);
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  /** Probabilities within a rounding of each other, and the same class first. */
  private static void assertSame(List<Prediction> actual, List<Prediction> expected) {
    assertThat(actual.get(0).index()).isEqualTo(expected.get(0).index());
    assertThat(actual).hasSameSizeAs(expected);
    for (Prediction prediction : expected) {
      Prediction same =
          actual.stream().filter(p -> p.index() == prediction.index()).findFirst().orElseThrow();
      assertThat(same.probability()).isCloseTo(prediction.probability(), offset());
    }
  }

  private static Offset<Double> offset() {
    return Offset.offset(NEAR);
  }

  private static void assertNear(float[] actual, float[] expected) {
    double range = 0;
    double largest = 0;
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      range = Math.max(range, Math.abs(expected[i]));
      largest = Math.max(largest, Math.abs((double) actual[i] - expected[i]));
    }
    assertThat(range).isPositive();
    assertThat(largest / range).isLessThanOrEqualTo(NEAR);
  }

  private static float[] live(
      String name, Image image, BiFunction<LiveNetwork, Tensor, Tensor> work) {
    SavedModel saved = SavedModel.open(folder.resolve(name));
    Shape shape = saved.network().input();
    float[] pixels = new float[Math.toIntExact(shape.size())];
    saved.preprocessing().apply(image, pixels, 0);
    try (LiveNetwork live = saved.live(Device.CPU, Precision.FP32);
        PointerScope scope = new PointerScope();
        NoGradGuard constant = new NoGradGuard()) {
      Tensor input =
          Tensors.of(pixels, 1, shape.height(), shape.width(), shape.channels())
              .permute(0, 3, 1, 2);
      return Tensors.floats(work.apply(live, input));
    }
  }
}

package org.resnet4j.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Batches beside torchvision's, whose numbers mixing.py wrote. */
class MixingTest {
  private static final Shape SHAPE = new Shape(3, 5, 4);
  private static final int IMAGES = 5;
  private static final Offset<Float> ROUNDING = within(1e-6f);

  private static List<JsonNode> published(String name) {
    try (InputStream in = MixingTest.class.getResourceAsStream("mixing.json")) {
      List<JsonNode> cases = new ArrayList<>();
      JsonMapper.shared().readTree(Objects.requireNonNull(in)).get(name).forEach(cases::add);
      return cases;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  static List<JsonNode> mixups() {
    return published("mixup");
  }

  static List<JsonNode> cutmixes() {
    return published("cutmix");
  }

  private static float[] images() {
    float[] pixels = new float[IMAGES * (int) SHAPE.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(0.7 * i);
    }
    return pixels;
  }

  private static void assertPixels(float[] pixels, JsonNode expected) {
    for (int i = 0; i < pixels.length; i++) {
      assertThat(pixels[i])
          .as("pixel %d", i)
          .isCloseTo(expected.get("pixels").get(i).floatValue(), ROUNDING);
    }
  }

  /** The first image is of class 4 and is mixed with the last, of class 2. */
  private static double shareOfItself(JsonNode expected) {
    assertThat(expected.get("targets").get(2).doubleValue())
        .isCloseTo(1 - expected.get("targets").get(4).doubleValue(), within(1e-6));
    return expected.get("targets").get(4).doubleValue();
  }

  @ParameterizedTest
  @MethodSource("mixups")
  void blends_each_image_with_its_partner(JsonNode expected) {
    float[] pixels = images();
    Mixing.blend(pixels, IMAGES, (int) SHAPE.size(), expected.get("share").floatValue());
    assertPixels(pixels, expected);
    assertThat(shareOfItself(expected))
        .isCloseTo(expected.get("share").doubleValue(), within(1e-6));
  }

  @ParameterizedTest
  @MethodSource("cutmixes")
  void exchanges_a_box_with_its_partner(JsonNode expected) {
    float[] pixels = images();
    JsonNode middle = expected.get("middle");
    Mixing.Box box =
        Mixing.Box.around(
            middle.get(0).intValue(),
            middle.get(1).intValue(),
            expected.get("share").doubleValue(),
            SHAPE);
    Mixing.exchange(pixels, IMAGES, SHAPE, box);
    assertPixels(pixels, expected);
    assertThat(1 - box.area() / 20.0).isCloseTo(shareOfItself(expected), within(1e-6));
  }

  /** Mixes with the draws of a seed. */
  private static Batch.Mix mix(Mixing mixing, float[] pixels, long seed) {
    return mixing.apply(pixels, new int[] {4, 0, 3, 1, 2}, SHAPE, new SplittableRandom(seed));
  }

  @Test
  void the_rest_of_a_label_is_that_of_the_partner() {
    Batch.Mix mix = mix(new Mixing(1, 0, 1, 0), images(), 1);
    assertThat(mix.others()).containsExactly(2, 1, 3, 0, 4);
    assertThat(mix.share()).isBetween(0.0, 1.0);
  }

  @Test
  void a_share_of_cutmix_is_that_of_the_pixels_that_stayed() {
    for (int seed = 0; seed < 50; seed++) {
      float[] pixels = images();
      Batch.Mix mix = mix(new Mixing(0, 1, 1, 0), pixels, seed);
      float[] before = images();
      long stayed = IntStream.range(0, 60).filter(i -> pixels[i] == before[i]).count();
      assertThat(mix.share()).isCloseTo(stayed / 60.0, within(1e-12));
    }
  }

  @Test
  void the_heavier_label_is_the_one_with_more_of_the_image() {
    int[] own = {1, 2};
    int[] others = {2, 1};
    assertThat(heavier(own, new Batch.Mix(0.6, others))).isSameAs(own);
    assertThat(heavier(own, new Batch.Mix(0.5, others))).isSameAs(own);
    assertThat(heavier(own, new Batch.Mix(0.4, others))).isSameAs(others);
    assertThat(new Batch(2, new float[0], own, own).heavierLabels()).isSameAs(own);
  }

  private static int[] heavier(int[] labels, Batch.Mix mix) {
    return new Batch(2, new float[0], labels, labels, mix).heavierLabels();
  }

  @Test
  void nothing_is_mixed_when_nothing_is_asked_for() {
    float[] pixels = images();
    assertThat(mix(Mixing.NONE, pixels, 1).share()).isEqualTo(1);
    assertThat(mix(new Mixing(1, 1, 0, 0.5), pixels, 1).share()).isEqualTo(1);
    assertThat(pixels).isEqualTo(images());
  }

  /** Of 4000 batches, how many were left, blended and cut. */
  private static int[] kinds(Mixing mixing) {
    int[] kinds = new int[3];
    for (int seed = 0; seed < 4000; seed++) {
      float[] pixels = images();
      if (mix(mixing, pixels, seed).share() == 1) {
        kinds[0]++;
      } else {
        // What is cut stays the sine of some number; the first pixel's neighbours tell.
        float[] before = images();
        boolean copied =
            IntStream.range(0, pixels.length)
                .allMatch(
                    i -> pixels[i] == before[i] || pixels[i] == before[i % 60 + 60 * (4 - i / 60)]);
        kinds[copied ? 2 : 1]++;
      }
    }
    return kinds;
  }

  @Test
  void probability_and_share_of_cutmix_are_those_of_the_recipe() {
    // Three standard deviations of 4000 draws are below 0.024; boxes of 4 x 5 pixels are empty for
    // shares above 3/4, so an alpha is taken that gives few of them.
    int[] kinds = kinds(new Mixing(60, 60, 0.5, 0.25));
    assertThat(kinds[0] / 4000.0).isCloseTo(0.5, within(0.024));
    assertThat(kinds[2] / 4000.0).isCloseTo(0.125, within(0.024));
    assertThat(kinds(new Mixing(60, 0, 1, 1))).containsExactly(0, 4000, 0);
    assertThat(kinds(new Mixing(0, 60, 1, 0))[1]).isZero();
  }

  /** The largest distance between the distribution of 20 000 draws and the one in the books. */
  private static double distance(double alpha, DoubleUnaryOperator distribution) {
    RandomGenerator random = new SplittableRandom(5);
    double[] draws = new double[20_000];
    Arrays.setAll(draws, i -> Beta.draw(alpha, random));
    Arrays.sort(draws);
    double largest = 0;
    for (int i = 0; i < draws.length; i++) {
      double expected = distribution.applyAsDouble(draws[i]);
      largest = Math.max(largest, Math.abs(expected - (i + 0.5) / draws.length));
    }
    return largest;
  }

  @Test
  void shares_have_the_beta_distribution() {
    // Kolmogorov and Smirnov: 1.95 / sqrt(n) is exceeded by one seed in a thousand.
    double bound = 1.95 / Math.sqrt(20_000);
    assertThat(distance(0.5, x -> 2 / Math.PI * Math.asin(Math.sqrt(x)))).isLessThan(bound);
    assertThat(distance(1, x -> x)).isLessThan(bound);
    assertThat(distance(2, x -> 3 * x * x - 2 * x * x * x)).isLessThan(bound);
    assertThat(distance(0.5, x -> x)).as("another distribution").isGreaterThan(bound);
  }

  @Test
  void a_small_alpha_gives_shares_near_0_and_1_and_never_anything_else() {
    RandomGenerator random = new SplittableRandom(5);
    for (int i = 0; i < 10_000; i++) {
      assertThat(Beta.draw(0.001, random)).isBetween(0.0, 1.0);
    }
  }

  @ParameterizedTest
  @CsvSource({"-1,0,1,0", "0,-1,1,0", "0,0,1.1,0", "0,0,-0.1,0", "0,0,1,2", "NaN,0,1,0"})
  void refuses_numbers_that_mean_nothing(
      double mixup, double cutmix, double probability, double cutmixShare) {
    assertThatThrownBy(() -> new Mixing(mixup, cutmix, probability, cutmixShare))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must be at least 0");
  }

  private static List<List<Float>> batches(int threads, int epoch, int skip) {
    Image[] images = new Image[20];
    for (int i = 0; i < images.length; i++) {
      byte[] pixels = new byte[(int) SHAPE.size()];
      Arrays.fill(pixels, (byte) i);
      images[i] = new Image(SHAPE, pixels);
    }
    Preprocessing plain =
        new Preprocessing(
            SHAPE, 4, Interpolation.BILINEAR, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
    Loader.Options options =
        new Loader.Options(6, 9, true, false, threads).mixed(new Mixing(1, 1, 0.8, 0.5));
    List<List<Float>> read = new ArrayList<>();
    try (Loader loader =
            new Loader(new MemoryFixture(images), plain, new Augmentation.None(), options);
        Batches batches = loader.epoch(epoch, skip)) {
      for (Batch batch : batches) {
        List<Float> values = new ArrayList<>();
        values.add((float) batch.mix().share());
        for (float pixel : batch.pixels()) {
          values.add(pixel);
        }
        read.add(values);
      }
    }
    return read;
  }

  @Test
  void a_resumed_epoch_mixes_as_the_whole_one_with_any_number_of_threads() {
    List<List<Float>> whole = batches(1, 2, 0);
    assertThat(whole).hasSize(4);
    assertThat(whole.stream().map(values -> values.get(0)).distinct().count()).isGreaterThan(2);
    assertThat(batches(3, 2, 0)).isEqualTo(whole);
    assertThat(batches(1, 2, 2)).isEqualTo(whole.subList(2, 4));
    assertThat(batches(1, 3, 0)).isNotEqualTo(whole);
  }
}

package org.resnet4j.data.variation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Golden;
import org.resnet4j.data.image.Interpolation;

class VarietyTest {
  private static final Shape SHAPE = new Shape(3, 20, 30);
  private static final Image RGB = new Image(new Shape(3, 19, 27), Golden.bytes("resize.rgb"));

  private static float[] ones(Shape shape) {
    float[] pixels = new float[(int) shape.size() + 2];
    Arrays.fill(pixels, 1);
    return pixels;
  }

  /** The erased pixels, as column + 100 * row, after a look that all channels went. */
  private static int[] erased(float[] pixels, Shape shape) {
    assertThat(pixels[0]).isEqualTo(1);
    assertThat(pixels[pixels.length - 1]).isEqualTo(1);
    return IntStream.range(0, (int) shape.positions())
        .filter(i -> pixels[1 + 3 * i] != 1)
        .peek(
            i -> {
              assertThat(pixels[2 + 3 * i]).isNotEqualTo(1);
              assertThat(pixels[3 + 3 * i]).isNotEqualTo(1);
            })
        .map(i -> i % shape.width() + 100 * (i / shape.width()))
        .toArray();
  }

  @Test
  void erases_rectangles_of_the_papers_areas_and_ratios() {
    SplittableRandom random = new SplittableRandom(1);
    double least = 1;
    double most = 0;
    int count = 0;
    for (int i = 0; i < 2000; i++) {
      float[] pixels = ones(SHAPE);
      new Erasing.Rectangle(0.5, false).vary(pixels, 1, SHAPE, random);
      int[] gone = erased(pixels, SHAPE);
      if (gone.length > 0) {
        count++;
        int height = gone[gone.length - 1] / 100 - gone[0] / 100 + 1;
        int width = gone[gone.length - 1] % 100 - gone[0] % 100 + 1;
        assertThat(gone).hasSize(height * width); // A rectangle, all of it inside.
        assertThat((double) height / width).isBetween(0.2, 4.5); // 0.3 to 3.3, rounded.
        least = Math.min(least, gone.length / 600.0);
        most = Math.max(most, gone.length / 600.0);
      }
    }
    // Half of 2000 with a deviation of 22; very tall ones do not fit ten times in a row.
    assertThat(count).isBetween(900, 1100);
    assertThat(least).isBetween(0.01, 0.04);
    assertThat(most).isBetween(0.29, 0.37);
  }

  @Test
  void fills_with_normal_noise_when_told_to() {
    float[] pixels = ones(SHAPE);
    new Erasing.Rectangle(1, true).vary(pixels, 1, SHAPE, new SplittableRandom(5));
    double[] noise =
        IntStream.range(0, pixels.length)
            .mapToDouble(i -> pixels[i])
            .filter(value -> value != 1)
            .toArray();
    assertThat(noise.length % 3).isZero();
    assertThat(Arrays.stream(noise).average().orElseThrow()).isCloseTo(0, within(0.3));
    assertThat(Arrays.stream(noise).map(v -> v * v).average().orElseThrow())
        .isCloseTo(1, within(0.4));
  }

  @Test
  void cuts_out_squares_that_may_reach_beyond_the_rim() {
    SplittableRandom random = new SplittableRandom(1);
    Set<Integer> areas = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      float[] pixels = ones(SHAPE);
      new Erasing.Cutout(6).vary(pixels, 1, SHAPE, random);
      areas.add(erased(pixels, SHAPE).length);
    }
    // Around the corners the square begins at -3 or ends at 2 beyond: 3 x 3 to 6 x 6 stay.
    assertThat(areas).contains(9, 12, 15, 18, 24, 30, 36).allMatch(area -> area >= 9 && area <= 36);
  }

  @Test
  void lights_along_the_components_of_fb_resnet_torch() {
    // The covariance of the added colours is deviation^2 * V diag(values^2) V^T.
    SplittableRandom random = new SplittableRandom(2);
    double red = 0;
    double redGreen = 0;
    for (int i = 0; i < 20_000; i++) {
      double[] added = new Lighting(0.1).drawn(random);
      red += added[0] * added[0];
      redGreen += added[0] * added[1];
    }
    double a = 0.2175 * 0.2175;
    double b = 0.0188 * 0.0188;
    double c = 0.0045 * 0.0045;
    double variance = 0.01 * (a * 0.5675 * 0.5675 + b * 0.7192 * 0.7192 + c * 0.4009 * 0.4009);
    double covariance = 0.01 * (a * 0.5675 * 0.5808 - b * 0.7192 * 0.0045 - c * 0.4009 * 0.8140);
    assertThat(red / 20_000).isCloseTo(variance, within(0.05 * variance));
    assertThat(redGreen / 20_000).isCloseTo(covariance, within(0.05 * covariance));
  }

  @Test
  void adds_light_in_units_of_the_normalisation_and_leaves_grey_alone() {
    float[] pixels = ones(SHAPE);
    double[] std = {0.5, 0.25, 0.125};
    new Lighting(0.1).vary(pixels, 1, (int) SHAPE.size(), std, new SplittableRandom(9));
    double[] added = new Lighting(0.1).drawn(new SplittableRandom(9));
    for (int i = 1; i < pixels.length - 1; i += 3) {
      assertThat(pixels[i]).isEqualTo(1 + (float) (added[0] * 2));
      assertThat(pixels[i + 1]).isEqualTo(1 + (float) (added[1] * 4));
      assertThat(pixels[i + 2]).isEqualTo(1 + (float) (added[2] * 8));
    }
    assertThat(pixels[pixels.length - 1]).isEqualTo(1);
    float[] grey = {1, 1, 1};
    new Lighting(0.1).vary(grey, 0, 3, new double[] {1}, new SplittableRandom(9));
    assertThat(grey).containsOnly(1);
  }

  @Test
  void trivial_augment_applies_one_operation_of_any_magnitude() {
    // What comes of all 14 x 31 x 2 draws of TrivialAugment is among the operations' own results.
    Set<Integer> possible = new HashSet<>();
    for (Operation operation : Operation.values()) {
      for (int bin = 0; bin < Policy.BINS; bin++) {
        double size = Magnitudes.ofTrivialAugment(operation, bin);
        possible.add(Arrays.hashCode(operation.apply(RGB, size).pixels()));
        if (operation.signed) {
          possible.add(Arrays.hashCode(operation.apply(RGB, -size).pixels()));
        }
      }
    }
    SplittableRandom random = new SplittableRandom(4);
    Set<Integer> seen = new HashSet<>();
    int identities = 0;
    for (int i = 0; i < 9000; i++) {
      Image varied = new Policy.TrivialAugment().vary(RGB, random);
      seen.add(Arrays.hashCode(varied.pixels()));
      identities += Arrays.equals(varied.pixels(), RGB.pixels()) ? 1 : 0;
    }
    // Identity is 1 in 14; the 9 geometric and colour operations add their bin 0: 1.3 in 14 more,
    // posterize 8 bits in 3 of 31 and translations of less than a pixel.
    assertThat(identities).isBetween(800, 1650);
    // The rarest is one of 868: of 9000 draws all but one in thirty rounds have every one.
    assertThat(seen).isEqualTo(possible);
  }

  @Test
  void rand_augment_applies_as_many_operations_as_it_is_told() {
    Set<Integer> one = new HashSet<>();
    for (Operation operation : Operation.values()) {
      double size = Magnitudes.ofRandAugment(operation, 9, RGB.shape());
      one.add(Arrays.hashCode(operation.apply(RGB, size).pixels()));
      one.add(Arrays.hashCode(operation.apply(RGB, operation.signed ? -size : size).pixels()));
    }
    SplittableRandom random = new SplittableRandom(4);
    Set<Integer> seen = new HashSet<>();
    int beyond = 0;
    for (int i = 0; i < 300; i++) {
      Image single = new Policy.RandAugment(1, 9).vary(RGB, random);
      seen.add(Arrays.hashCode(single.pixels()));
      Image twice = new Policy.RandAugment(2, 9).vary(RGB, random);
      beyond += one.contains(Arrays.hashCode(twice.pixels())) ? 0 : 1;
    }
    assertThat(beyond).isGreaterThan(200);
    assertThat(seen).isEqualTo(one);
  }

  /** Draws 0.9 each time, and whole numbers at random. */
  private record Steady(SplittableRandom random) implements RandomGenerator {
    @Override
    public long nextLong() {
      return random.nextLong();
    }

    @Override
    public int nextInt(int bound) {
      return random.nextInt(bound);
    }

    @Override
    public double nextDouble() {
      return 0.9;
    }
  }

  @Test
  void colours_are_changed_in_every_order() {
    List<UnaryOperator<Image>> changes =
        List.of(
            image -> Colours.brightness(image, 0.6 + (1 + 0.4 - 0.6) * 0.9),
            image -> Colours.contrast(image, 0.5 + (1 + 0.5 - 0.5) * 0.9),
            image -> Colours.saturation(image, (1 - 0.3) + (1 + 0.3 - (1 - 0.3)) * 0.9),
            image -> Colours.hue(image, (2 * 0.9 - 1) * 0.2));
    Set<Integer> possible = new HashSet<>();
    for (int code = 0; code < 256; code++) {
      int[] order = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6};
      if (IntStream.of(order).distinct().count() == 4) {
        Image image = RGB;
        for (int change : order) {
          image = changes.get(change).apply(image);
        }
        possible.add(Arrays.hashCode(image.pixels()));
      }
    }
    assertThat(possible).hasSizeGreaterThan(12); // Some give the same bytes.
    Steady random = new Steady(new SplittableRandom(4));
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      Image varied = new ColourJitter(0.4, 0.5, 0.3, 0.2).vary(RGB, random);
      seen.add(Arrays.hashCode(varied.pixels()));
    }
    assertThat(seen).isEqualTo(possible);
  }

  private static Policy.RandAugmentTimm timm(int operations, double magnitude, double deviation) {
    List<Double> mean = List.of(0.485, 0.456, 0.406);
    return new Policy.RandAugmentTimm(
        operations, magnitude, deviation, Interpolation.BICUBIC, mean);
  }

  @Test
  void timms_rand_augment_leaves_each_operation_out_half_of_the_time() {
    // Of ImageNet's means timm makes (124, 116, 104): 123.675, 116.28 and 103.53, rounded.
    Canvas canvas = new Canvas(Interpolation.BICUBIC, List.of(124, 116, 104));
    Set<Integer> changed = new HashSet<>();
    for (TimmOperation operation : TimmOperation.values()) {
      changed.add(Arrays.hashCode(operation.apply(RGB, 7, canvas).pixels()));
      if (operation.signed) {
        changed.add(Arrays.hashCode(operation.apply(RGB, -7, canvas).pixels()));
      }
    }
    assertThat(changed).hasSize(24); // 9 of 15 have a sign.
    SplittableRandom random = new SplittableRandom(4);
    Set<Integer> seen = new HashSet<>();
    int same = 0;
    int sameTwice = 0;
    for (int i = 0; i < 2000; i++) {
      Image once = timm(1, 7, 0).vary(RGB, random);
      if (Arrays.equals(once.pixels(), RGB.pixels())) {
        same++;
      } else {
        seen.add(Arrays.hashCode(once.pixels()));
      }
      Image twice = timm(2, 7, 0).vary(RGB, random);
      sameTwice += Arrays.equals(twice.pixels(), RGB.pixels()) ? 1 : 0;
    }
    assertThat(seen).isEqualTo(changed);
    // 1/2 and 1/4 of 2000, deviations 22 and 19; Invert twice, drawn with replacement, adds 1/900.
    assertThat(same).isBetween(920, 1080);
    assertThat(sameTwice).isBetween(430, 570);
  }

  @Test
  void timms_magnitudes_are_normal_draws_kept_within_the_levels() {
    // 24 changed images and the image itself; with a deviation 9 operations of 15 differ each time,
    // in half of 1000 draws.
    SplittableRandom random = new SplittableRandom(4);
    Set<Integer> fixed = new HashSet<>();
    Set<Integer> drawn = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      fixed.add(Arrays.hashCode(timm(1, 7, 0).vary(RGB, random).pixels()));
      drawn.add(Arrays.hashCode(timm(1, 7, 0.5).vary(RGB, random).pixels()));
    }
    assertThat(fixed).hasSize(25);
    assertThat(drawn).hasSizeGreaterThan(200);
    // Far beyond the levels, only the lowest and the highest are left.
    Canvas canvas = new Canvas(Interpolation.BICUBIC, List.of(124, 116, 104));
    Set<Integer> ends = new HashSet<>(List.of(Arrays.hashCode(RGB.pixels())));
    for (TimmOperation operation : TimmOperation.values()) {
      for (double level : operation.signed ? new double[] {0, 10, -10} : new double[] {0, 10}) {
        ends.add(Arrays.hashCode(operation.apply(RGB, level, canvas).pixels()));
      }
    }
    for (int i = 0; i < 300; i++) {
      assertThat(ends).contains(Arrays.hashCode(timm(1, 5, 1e9).vary(RGB, random).pixels()));
    }
  }

  @Test
  void timms_strongest_posterizing_keeps_nothing() {
    Image black =
        TimmOperation.POSTERIZE.apply(RGB, 10, new Canvas(Interpolation.BICUBIC, List.of()));
    assertThat(black.pixels()).containsOnly(0);
  }

  @Test
  void jitters_within_its_strengths() {
    Image dot = new Image(new Shape(3, 1, 1), new byte[] {100, 100, 100});
    SplittableRandom random = new SplittableRandom(6);
    int least = 255;
    int most = 0;
    for (int i = 0; i < 1000; i++) {
      int value = new ColourJitter(0.4, 0, 0, 0).vary(dot, random).pixels()[0] & 0xff;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    // 100 times 0.6 to 1.4, cut to whole numbers; contrast of one colour is none.
    assertThat(least).isEqualTo(60);
    assertThat(most).isBetween(138, 139);
    assertThat(new ColourJitter(0, 0.9, 0.9, 0.5).vary(dot, random).pixels())
        .containsOnly((byte) 100);
    assertThat(ColourJitter.NONE.vary(RGB, random)).isSameAs(RGB);
  }

  @Test
  void refuses_numbers_out_of_their_range() {
    assertThatThrownBy(() -> new ColourJitter(-0.1, 0, 0, 0)).hasMessageContaining("-0.1");
    assertThatThrownBy(() -> new ColourJitter(0, 0, 0, 0.6)).hasMessageContaining("hue = 0.6");
    assertThatThrownBy(() -> new ColourJitter(0, Double.NaN, 0, 0)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Policy.RandAugment(0, 9)).hasMessageContaining("operations = 0");
    assertThatThrownBy(() -> new Policy.RandAugment(2, 31)).hasMessageContaining("to 30");
    assertThatThrownBy(() -> timm(0, 7, 0)).hasMessageContaining("operations = 0");
    assertThatThrownBy(() -> timm(2, 10.1, 0)).hasMessageContaining("magnitude = 10.1");
    assertThatThrownBy(() -> timm(2, 7, -1)).hasMessageContaining("deviation = -1.0");
    assertThatThrownBy(() -> new Lighting(-1)).hasMessageContaining("lighting = -1");
    assertThatThrownBy(() -> new Erasing.Rectangle(0, false)).hasMessageContaining("above 0");
    assertThatThrownBy(() -> new Erasing.Rectangle(1.1, false)).hasMessageContaining("1.1");
    assertThatThrownBy(() -> new Erasing.Cutout(0)).hasMessageContaining("cutout = 0");
    assertThatThrownBy(
            () ->
                new Variety(
                    ColourJitter.NONE, new Policy.None(), Lighting.NONE, new Erasing.None(), 0))
        .hasMessageContaining("repeats = 0");
  }
}

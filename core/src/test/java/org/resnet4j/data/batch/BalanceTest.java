package org.resnet4j.data.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;

class BalanceTest {
  /** 90 images of the first class, 9 of the second, none of the third and 1 of the fourth. */
  private static final Dataset SKEWED =
      new Dataset() {
        @Override
        public int size() {
          return 100;
        }

        @Override
        public int label(int index) {
          return index < 90 ? 0 : index < 99 ? 1 : 3;
        }

        @Override
        public Image image(int index) {
          byte[] pixels = new byte[64];
          for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) i;
          }
          return new Image(new Shape(1, 8, 8), pixels);
        }

        @Override
        public List<String> classes() {
          return List.of("a", "b", "c", "d");
        }

        @Override
        public String describe(int index) {
          return "image " + index;
        }
      };

  private static int[] counts(int[] order) {
    int[] counts = new int[4];
    for (int image : order) {
      counts[SKEWED.label(image)]++;
    }
    return counts;
  }

  @Test
  void an_epoch_is_as_long_as_before_and_has_every_class_equally_often() {
    Balance balance = new Balance(SKEWED);
    Set<Integer> oneMore = new HashSet<>();
    for (int epoch = 0; epoch < 20; epoch++) {
      int[] counts = counts(balance.order(7, epoch));
      assertThat(counts[2]).isZero();
      assertThat(IntStream.of(counts[0], counts[1], counts[3]).sorted())
          .containsExactly(33, 33, 34);
      oneMore.add(IntStream.of(0, 1, 3).filter(label -> counts[label] == 34).findFirst().orElse(9));
    }
    assertThat(oneMore).as("the one image that is left goes round").containsExactly(0, 1, 3);
  }

  @Test
  void a_class_is_gone_through_in_full_before_an_image_comes_again() {
    int[] order = new Balance(SKEWED).order(7, 0);
    int[] seen = new int[100];
    for (int image : order) {
      seen[image]++;
    }
    assertThat(IntStream.range(0, 90).map(i -> seen[i])).allMatch(times -> times <= 1);
    assertThat(IntStream.range(90, 99).map(i -> seen[i]))
        .allMatch(times -> times == 3 || times == 4);
  }

  @Test
  void the_order_is_a_function_of_seed_and_epoch() {
    Balance balance = new Balance(SKEWED);
    int[] order = balance.order(7, 3);
    assertThat(new Balance(SKEWED).order(7, 3)).containsExactly(order);
    assertThat(balance.order(7, 4)).isNotEqualTo(order);
    assertThat(balance.order(8, 3)).isNotEqualTo(order);
    // Spread over the epoch, not class by class.
    assertThat(IntStream.range(0, 30).map(i -> SKEWED.label(order[i])).distinct().count())
        .isEqualTo(3);
  }

  private static List<List<Float>> lastClass(int skip) {
    Preprocessing plain =
        new Preprocessing(
            new Shape(1, 8, 8), 8, Interpolation.BILINEAR, List.of(0.0), List.of(1 / 255.0));
    Loader.Options options = new Loader.Options(10, 7, true, false, 2).inBalance();
    List<List<Float>> images = new ArrayList<>();
    try (Loader loader = new Loader(SKEWED, plain, new Augmentation.PadCropFlip(2, true), options);
        Batches batches = loader.epoch(0, skip)) {
      for (Batch batch : batches) {
        for (int i = 0; i < batch.size(); i++) {
          if (batch.labels()[i] == 3) {
            List<Float> pixels = new ArrayList<>();
            for (int at = i * 64; at < (i + 1) * 64; at++) {
              pixels.add(batch.pixels()[at]);
            }
            images.add(pixels);
          }
        }
      }
    }
    return images;
  }

  @Test
  void an_image_that_comes_again_is_varied_anew_also_after_a_stop() {
    List<List<Float>> whole = lastClass(0);
    // 33 or 34 of the 50 crops and flips that there are: 25 of them differ almost surely.
    assertThat(new HashSet<>(whole)).hasSizeBetween(15, 34);
    List<List<Float>> rest = lastClass(4);
    assertThat(rest).isEqualTo(whole.subList(whole.size() - rest.size(), whole.size()));
  }
}

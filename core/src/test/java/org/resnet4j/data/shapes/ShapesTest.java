package org.resnet4j.data.shapes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;

class ShapesTest {
  private static final Shapes TRAIN = Shapes.train(1);
  private static final Shapes TEST = Shapes.test(1);

  @Test
  void draws_the_same_bits_on_every_machine() {
    // Not a derived value: taken from a first run, it guards saved results against silent change.
    assertThat(checksum(Shapes.train(1, 100))).isEqualTo(670_176_033L);
    assertThat(checksum(Shapes.test(1, 100))).isEqualTo(288_705_037L);
  }

  @Test
  void an_image_depends_on_seed_and_index_alone() {
    Shapes few = Shapes.train(1, 7);

    assertThat(few.image(6).pixels()).isEqualTo(TRAIN.image(6).pixels());
  }

  @Test
  void another_seed_draws_other_images() {
    Set<ByteBuffer> both = distinct(Shapes.train(2, 500));
    both.addAll(distinct(TRAIN));

    assertThat(both).hasSize(5_500);
  }

  @Test
  void has_5000_images_to_train_and_1000_to_test_on() {
    assertThat(TRAIN.size()).isEqualTo(5_000);
    assertThat(TEST.size()).isEqualTo(1_000);
  }

  @Test
  void tests_on_no_image_that_it_trains_on() {
    Set<ByteBuffer> all = distinct(TRAIN);
    all.addAll(distinct(TEST));

    assertThat(all).hasSize(6_000);
  }

  @Test
  void has_as_many_images_of_each_class() {
    int[] counts = new int[10];
    IntStream.range(0, TEST.size()).forEach(i -> counts[TEST.label(i)]++);

    assertThat(counts).containsOnly(100);
  }

  @Test
  void names_ten_classes() {
    assertThat(TEST.classes())
        .containsExactly(
            "disc",
            "ring",
            "square",
            "triangle",
            "star",
            "cross",
            "crescent",
            "heart",
            "arrow",
            "hourglass");
  }

  @Test
  void describes_an_image_by_part_class_and_index() {
    assertThat(TEST.describe(13)).isEqualTo("shapes/test/triangle/13");
    assertThat(TRAIN.describe(0)).isEqualTo("shapes/train/disc/0");
  }

  @Test
  void images_are_32_by_32_in_colour() {
    assertThat(TEST.image(999).shape()).isEqualTo(new Shape(3, 32, 32));
  }

  @Test
  void images_use_the_whole_range_of_values() {
    int[] counts = new int[256];
    for (int i = 0; i < TEST.size(); i++) {
      for (byte value : TEST.image(i).pixels()) {
        counts[Byte.toUnsignedInt(value)]++;
      }
    }

    assertThat(counts).doesNotContain(0);
  }

  @Test
  void refuses_to_be_empty() {
    assertThatThrownBy(() -> Shapes.train(1, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("shapes: count = 0: must be at least 1");
  }

  @Test
  void refuses_an_index_outside() {
    assertThatThrownBy(() -> TEST.label(1_000)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> TEST.label(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> TEST.image(1_000)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static long checksum(Dataset dataset) {
    CRC32 checksum = new CRC32();
    IntStream.range(0, dataset.size()).forEach(i -> checksum.update(dataset.image(i).pixels()));
    return checksum.getValue();
  }

  private static Set<ByteBuffer> distinct(Dataset dataset) {
    Set<ByteBuffer> images = new HashSet<>();
    IntStream.range(0, dataset.size())
        .forEach(i -> images.add(ByteBuffer.wrap(dataset.image(i).pixels())));
    return images;
  }
}

package org.resnet4j.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Geometry;
import org.resnet4j.data.image.Interpolation;

class PreprocessingTest {
  private static Preprocessing grey(int height, int width, int resize) {
    return new Preprocessing(
        new Shape(1, height, width), resize, Interpolation.BILINEAR, List.of(0.0), List.of(1.0));
  }

  private static Image image(int channels, int height, int width, int... values) {
    byte[] pixels = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      pixels[i] = (byte) values[i];
    }
    return new Image(new Shape(channels, height, width), pixels);
  }

  @Test
  void normalises_each_channel_in_channels_last_order() {
    Preprocessing preprocessing =
        new Preprocessing(
            new Shape(3, 1, 2),
            1,
            Interpolation.BILINEAR,
            List.of(0.485, 0.456, 0.406),
            List.of(0.229, 0.224, 0.225));
    float[] target = new float[7];
    preprocessing.apply(image(3, 1, 2, 0, 128, 255, 255, 0, 128), target, 1);
    // (value / 255 - mean) / std by hand.
    float[] expected = {0, -2.117904f, 0.205182f, 2.64f, 2.248908f, -2.035714f, 0.426492f};
    assertThat(target).containsExactly(expected, Offset.offset(1e-5f));
  }

  @Test
  void crops_the_centre_and_pads_what_is_missing_with_black() {
    // Python: round((5 - 2) / 2) = 2, halves to even.
    assertThat(grey(1, 2, 1).fit(image(1, 1, 5, 1, 2, 3, 4, 5)).pixels()).containsExactly(3, 4);
    assertThat(grey(1, 4, 1).fit(image(1, 1, 1, 9)).pixels()).containsExactly(0, 9, 0, 0);
  }

  @Test
  void resizes_the_shorter_side_and_rounds_the_longer_down() {
    // 3 wide and 2 high at shorter side 5: 7 wide; centre crop of 7 takes all.
    assertThat(grey(5, 7, 5).fit(image(1, 2, 3, 7, 7, 7, 7, 7, 7)).pixels())
        .hasSize(35)
        .containsOnly(7);
  }

  @Test
  void leaves_an_image_of_the_right_size_alone() {
    Image image = image(1, 2, 2, 1, 2, 3, 4);
    assertThat(grey(2, 2, 2).fit(image)).isSameAs(image);
  }

  @Test
  void converts_colour_to_grey_as_pillow_and_grey_to_colour() {
    // PIL: Image.new("RGB", (1, 1), (10, 200, 30)).convert("L") is 124.
    assertThat(Geometry.convert(image(3, 1, 1, 10, 200, 30), 1).pixels()).containsExactly(124);
    assertThat(Geometry.convert(image(1, 1, 2, 5, 6), 3).pixels())
        .containsExactly(5, 5, 5, 6, 6, 6);
    assertThatThrownBy(() -> Geometry.convert(image(2, 1, 1, 5, 6), 3))
        .hasMessageContaining("2x1x1");
  }

  @Test
  void measures_mean_and_deviation() {
    Dataset train = new MemoryFixture(image(1, 1, 2, 0, 255), image(1, 1, 2, 255, 255));
    Preprocessing measured = Preprocessing.measure(train, new Shape(1, 1, 2), 10);
    assertThat(measured.mean().get(0)).isEqualTo(0.75, Offset.offset(1e-12));
    assertThat(measured.std().get(0)).isEqualTo(Math.sqrt(0.1875), Offset.offset(1e-12));
    assertThat(measured.pixelMean().isPresent()).isFalse();
    Preprocessing perPixel = Preprocessing.measurePerPixel(train, new Shape(1, 1, 2), 10);
    assertThat(perPixel.pixelMean()).isEqualTo(new PixelMean(new float[] {0.5f, 1}));
    float[] target = new float[2];
    perPixel.apply(train.image(0), target, 0);
    assertThat(target).containsExactly(new float[] {-1.154701f, 0}, Offset.offset(1e-5f));
  }

  @Test
  void measures_a_constant_set_with_a_usable_deviation() {
    Dataset train = new MemoryFixture(image(1, 1, 1, 7));
    assertThat(Preprocessing.measure(train, new Shape(1, 1, 1), 1).std())
        .containsExactly(1 / 255.0);
    assertThatThrownBy(() -> Preprocessing.measure(train, new Shape(1, 1, 1), 0))
        .hasMessageContaining("images = 0");
  }

  @Test
  void refuses_values_that_do_not_fit_the_input() {
    Shape shape = new Shape(1, 1, 1);
    Interpolation bilinear = Interpolation.BILINEAR;
    assertThatThrownBy(() -> new Preprocessing(shape, 1, bilinear, List.of(0.0, 0.0), List.of(1.0)))
        .hasMessageContaining("one a channel");
    assertThatThrownBy(() -> new Preprocessing(shape, 1, bilinear, List.of(0.0), List.of(0.0)))
        .hasMessageContaining("std above 0");
    assertThatThrownBy(() -> grey(1, 1, 0)).hasMessageContaining("resize = 0");
    assertThatThrownBy(
            () ->
                new Preprocessing(
                    new Shape(2, 1, 1), 1, bilinear, List.of(0.0, 0.0), List.of(1.0, 1.0)))
        .hasMessageContaining("1 or 3 channels");
    assertThatThrownBy(
            () ->
                new Preprocessing(
                    shape, 1, bilinear, List.of(0.0), List.of(1.0), new PixelMean(new float[2])))
        .hasMessageContaining("2 values");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void writes_the_same_bits_into_a_buffer_as_into_an_array(boolean hasPixelMean) {
    for (int channels : new int[] {1, 3}) {
      Shape input = new Shape(channels, 6, 9);
      Preprocessing preprocessing = preprocessing(input, hasPixelMean);
      Image image = noise(channels, 13, 20);
      float[] expected = new float[2 + (int) input.size()];
      preprocessing.apply(image, expected, 2);
      FloatBuffer buffer =
          ByteBuffer.allocateDirect(4 * expected.length)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer();

      preprocessing.apply(image, buffer.position(1), 2);

      assertThat(buffer.position()).isEqualTo(1);
      assertThat(bits(buffer.rewind())).isEqualTo(bits(FloatBuffer.wrap(expected)));
      preprocessing.normalise(preprocessing.crop().apply(image), buffer, 0);
      assertThat(bits(buffer.limit((int) input.size())))
          .isEqualTo(bits(FloatBuffer.wrap(expected, 2, (int) input.size()).slice()));
    }
  }

  @Test
  void refuses_a_buffer_that_is_too_short_and_an_image_that_is_not_cropped() {
    FloatBuffer buffer = FloatBuffer.allocate(5);

    assertThatThrownBy(() -> grey(2, 2, 2).apply(image(1, 2, 2, 1, 2, 3, 4), buffer, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> grey(2, 2, 2).normalise(image(1, 1, 2, 1, 2), buffer, 0))
        .hasMessage("an image of 1x1x2 where the network's input is 1x2x2");
  }

  @Test
  void serves_several_threads_at_a_time() {
    Shape input = new Shape(3, 32, 32);
    Preprocessing shared = preprocessing(input, false);
    List<Image> images = IntStream.range(0, 50).mapToObj(i -> noise(3, 40 + i, 70)).toList();
    FloatBuffer together = FloatBuffer.allocate(50 * (int) input.size());
    float[] expected = new float[together.capacity()];
    for (int i = 0; i < 50; i++) {
      preprocessing(input, false).apply(images.get(i), expected, i * (int) input.size());
    }

    IntStream.range(0, 50)
        .parallel()
        .forEach(i -> shared.apply(images.get(i), together, i * (int) input.size()));

    assertThat(together.array()).isEqualTo(expected);
  }

  @Test
  void is_equal_to_one_of_the_same_values() {
    Preprocessing one = preprocessing(new Shape(3, 6, 9), true);

    assertThat(one)
        .isEqualTo(preprocessing(new Shape(3, 6, 9), true))
        .hasSameHashCodeAs(preprocessing(new Shape(3, 6, 9), true))
        .isNotEqualTo(preprocessing(new Shape(3, 6, 9), false))
        .isNotEqualTo(preprocessing(new Shape(3, 9, 6), true))
        .isNotEqualTo(preprocessing(new Shape(1, 6, 9), true));
    assertThat(grey(1, 2, 3))
        .isNotEqualTo(grey(1, 2, 4))
        .hasToString(
            "Preprocessing[input=1x1x2, CentreCrop[resize=3, height=1, width=2,"
                + " interpolation=BILINEAR], mean=[0.0], std=[1.0], PixelMean[none]]");
  }

  private static Preprocessing preprocessing(Shape input, boolean hasPixelMean) {
    float[] pixelMean = new float[hasPixelMean ? (int) input.size() : 0];
    for (int i = 0; i < pixelMean.length; i++) {
      pixelMean[i] = i / (float) pixelMean.length;
    }
    return new Preprocessing(
        input,
        7,
        Interpolation.BICUBIC,
        List.of(0.485, 0.456, 0.406).subList(0, input.channels()),
        List.of(0.229, 0.224, 0.225).subList(0, input.channels()),
        new PixelMean(pixelMean));
  }

  private static Image noise(int channels, int height, int width) {
    byte[] pixels = new byte[channels * height * width];
    new SplittableRandom(height).nextBytes(pixels);
    return new Image(new Shape(channels, height, width), pixels);
  }

  private static int[] bits(FloatBuffer values) {
    return IntStream.range(0, values.limit())
        .map(i -> Float.floatToRawIntBits(values.get(i)))
        .toArray();
  }
}

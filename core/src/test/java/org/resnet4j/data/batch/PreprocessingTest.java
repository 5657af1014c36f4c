package org.resnet4j.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
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
}

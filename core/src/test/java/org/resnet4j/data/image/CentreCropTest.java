package org.resnet4j.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;

class CentreCropTest {
  private static final CentreCrop USUAL = new CentreCrop(256, 224, 224, Interpolation.BILINEAR);

  @ParameterizedTest
  @EnumSource(Interpolation.class)
  void gives_the_bytes_of_a_resize_and_a_crop_one_after_the_other(Interpolation interpolation) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 2000; i++) {
      Image image =
          noise(random.nextBoolean() ? 1 : 3, random.nextInt(1, 70), random.nextInt(1, 70), random);
      CentreCrop crop =
          new CentreCrop(
              random.nextInt(1, 60), random.nextInt(1, 80), random.nextInt(1, 80), interpolation);

      Image expected = stepwise(crop, image);
      assertThat(crop.apply(image).shape()).isEqualTo(expected.shape());
      assertThat(crop.apply(image).pixels())
          .as("number %d: %s of %s", i, crop, image.shape())
          .isEqualTo(expected.pixels());
    }
  }

  @ParameterizedTest
  @EnumSource(Interpolation.class)
  void needs_nothing_but_what_it_says(Interpolation interpolation) {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 500; i++) {
      Image image = noise(3, random.nextInt(1, 70), random.nextInt(1, 70), random);
      CentreCrop crop =
          new CentreCrop(
              random.nextInt(1, 60), random.nextInt(1, 60), random.nextInt(1, 60), interpolation);
      Region needed = crop.needed(image.shape());
      Image part =
          Geometry.crop(image, needed.top(), needed.left(), needed.height(), needed.width());

      assertThat(needed.isWithin(image.shape())).isTrue();
      assertThat(crop.apply(part, needed, image.shape()).pixels())
          .as("number %d: %s of %s", i, crop, image.shape())
          .isEqualTo(crop.apply(image).pixels());
    }
  }

  /**
   * By hand: columns 58 to 281 of 341 have their centres from 85.78 to 412.76 of 500, rows 16 to
   * 239 of 256 from 24.17 to 350.83 of 375, and each pixel reaches 1.47 to both sides.
   */
  @Test
  void needs_two_thirds_of_the_columns_of_a_photograph() {
    assertThat(USUAL.needed(new Shape(3, 375, 500))).isEqualTo(new Region(84, 23, 330, 329));
  }

  /** And a pixel more to the right and below, which has the weight 0. */
  @Test
  void needs_an_image_that_is_not_resized_where_it_is_cropped() {
    assertThat(USUAL.needed(new Shape(3, 256, 300))).isEqualTo(new Region(38, 16, 225, 225));
  }

  @Test
  void resizes_a_long_strip_of_which_all_would_not_fit_an_array() {
    Image strip = new Image(new Shape(1, 1, 100_000), new byte[100_000]);

    assertThat(USUAL.apply(strip).shape()).isEqualTo(new Shape(1, 224, 224));
  }

  @ParameterizedTest
  @CsvSource({"0, 1, 1", "1, 0, 1", "1, 1, 0"})
  void refuses_a_side_without_pixels(int resize, int height, int width) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CentreCrop(resize, height, width, Interpolation.BICUBIC))
        .withMessage("resize = %d, crop %dx%d: must be at least 1", resize, width, height);
  }

  private static Image stepwise(CentreCrop crop, Image image) {
    int height = image.shape().height();
    int width = image.shape().width();
    int shorter = Math.min(height, width);
    Image resized =
        Resize.resize(
            image,
            crop.resize() * width / shorter,
            crop.resize() * height / shorter,
            crop.interpolation());
    return Geometry.centreCrop(resized, crop.height(), crop.width());
  }

  private static Image noise(int channels, int height, int width, SplittableRandom random) {
    byte[] pixels = new byte[channels * height * width];
    random.nextBytes(pixels);
    return new Image(new Shape(channels, height, width), pixels);
  }
}

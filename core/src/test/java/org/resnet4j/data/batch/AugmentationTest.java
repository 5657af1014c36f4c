package org.resnet4j.data.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Shape;
import org.resnet4j.data.Image;
import org.resnet4j.data.image.Interpolation;
import org.resnet4j.data.variation.Variety;

class AugmentationTest {
  private static final Image ROW = new Image(new Shape(1, 1, 4), new byte[] {1, 2, 3, 4});
  private static final Augmentation.RandomResizedCrop IMAGENET =
      Augmentation.RandomResizedCrop.imagenet();

  private static float[] window(int top, int left, boolean mirrored) {
    Preprocessing plain =
        new Preprocessing(ROW.shape(), 1, Interpolation.BILINEAR, List.of(0.0), List.of(1 / 255.0));
    float[] target = {9, 9, 9, 9};
    plain.writer().write(ROW, top, left, mirrored, target, 0);
    for (int i = 0; i < 4; i++) {
      target[i] = Math.round(target[i]);
    }
    return target;
  }

  @Test
  void moves_the_window_and_blanks_what_lies_outside() {
    assertThat(window(0, 0, false)).containsExactly(1, 2, 3, 4);
    assertThat(window(0, 1, false)).containsExactly(2, 3, 4, 0);
    assertThat(window(0, -2, false)).containsExactly(0, 0, 1, 2);
    assertThat(window(1, 0, false)).containsExactly(0, 0, 0, 0);
    assertThat(window(-1, 0, true)).containsExactly(0, 0, 0, 0);
  }

  @Test
  void mirrors_after_the_crop() {
    assertThat(window(0, 0, true)).containsExactly(4, 3, 2, 1);
    assertThat(window(0, 1, true)).containsExactly(0, 4, 3, 2);
    assertThat(window(0, -2, true)).containsExactly(2, 1, 0, 0);
  }

  @Test
  void falls_back_to_torchvisions_centre() {
    // torchvision: in_ratio > 4/3, so w = round(30 * 4/3) = 40 of 100, left = (100 - 40) // 2.
    assertThat(RandomWindow.centre(IMAGENET, new Shape(3, 30, 100)))
        .isEqualTo(new RandomWindow(0, 30, 30, 40));
    assertThat(RandomWindow.centre(IMAGENET, new Shape(3, 100, 30)))
        .isEqualTo(new RandomWindow(30, 0, 40, 30));
    assertThat(RandomWindow.centre(IMAGENET, new Shape(3, 30, 30)))
        .isEqualTo(new RandomWindow(0, 0, 30, 30));
  }

  @Test
  void draws_windows_of_the_allowed_sizes_inside_the_image() {
    SplittableRandom random = new SplittableRandom(1);
    double area = 0;
    for (int i = 0; i < 10_000; i++) {
      RandomWindow window = RandomWindow.draw(IMAGENET, new Shape(3, 100, 100), random);
      assertThat(window.top() + window.height()).isLessThanOrEqualTo(100);
      assertThat(window.left() + window.width()).isLessThanOrEqualTo(100);
      assertThat(window.width() / (double) window.height()).isBetween(0.72, 1.38);
      area += window.width() * window.height() / 1e8;
    }
    // torchvision.transforms.RandomResizedCrop.get_params gives 0.480 over 20,000 draws.
    assertThat(area).isBetween(0.47, 0.49);
  }

  @Test
  void resizes_the_window_to_the_input() {
    Preprocessing input =
        new Preprocessing(
            new Shape(3, 4, 4),
            4,
            Interpolation.BILINEAR,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0));
    float[] target = new float[48];
    byte[] white = new byte[300];
    Arrays.fill(white, (byte) 255);
    new Augmenter(input, IMAGENET, Variety.NONE)
        .write(new Image(new Shape(1, 30, 10), white), new SplittableRandom(2), target, 0);
    assertThat(target).containsOnly(1f);
  }

  @Test
  void refuses_ranges_that_make_no_sense() {
    assertThatThrownBy(() -> new Augmentation.PadCropFlip(-1, true))
        .hasMessageContaining("padding = -1");
    assertThatThrownBy(() -> new Augmentation.RandomResizedCrop(0, 1, 1, 1, true))
        .hasMessageContaining("scale from 0.0");
    assertThatThrownBy(() -> new Augmentation.RandomResizedCrop(0.5, 1, 2, 1, true))
        .hasMessageContaining("ratio from 2.0");
    assertThatThrownBy(() -> new Augmentation.RandomSideCrop(0.9, 2, true))
        .hasMessageContaining("side from 0.9");
    assertThatThrownBy(() -> new Augmentation.RandomSideCrop(2, 1, true))
        .hasMessageContaining("side from 2.0 to 1.0");
    assertThatThrownBy(() -> new Sizes(List.of(32, 0), 3)).hasMessageContaining("[32, 0]");
    assertThatThrownBy(() -> new Sizes(List.of(), 0)).hasMessageContaining("epochs = 0");
  }

  /** Pixels that say where they are: red the column, green the row, both from 0. */
  private static Image ruler(int height, int width) {
    byte[] pixels = new byte[3 * height * width];
    for (int i = 0; i < height * width; i++) {
      pixels[3 * i] = (byte) (i % width);
      pixels[3 * i + 1] = (byte) (i / width);
    }
    return new Image(new Shape(3, height, width), pixels);
  }

  private static Preprocessing plain(int side, int resize) {
    return new Preprocessing(
        new Shape(3, side, side),
        resize,
        Interpolation.BILINEAR,
        List.of(0.0, 0.0, 0.0),
        List.of(1 / 255.0, 1 / 255.0, 1 / 255.0));
  }

  /** Column and row of the first and the last pixel of a 4 x 4 crop. */
  private static List<Integer> corners(float[] pixels, int crop) {
    int first = crop * 48;
    int last = first + 45;
    return List.of(
        Math.round(pixels[first]),
        Math.round(pixels[first + 1]),
        Math.round(pixels[last]),
        Math.round(pixels[last + 1]));
  }

  @Test
  void ten_crops_are_the_corners_and_the_centre_and_each_mirrored() {
    float[] pixels = new float[10 * 48];
    plain(4, 6).apply(ruler(6, 8), Views.TEN_CROP, pixels);
    // 8 wide, 6 high, crops of 4: corners at columns 0 and 4 and rows 0 and 2, the centre at 2, 1.
    assertThat(corners(pixels, 0)).containsExactly(0, 0, 3, 3);
    assertThat(corners(pixels, 1)).containsExactly(4, 0, 7, 3);
    assertThat(corners(pixels, 2)).containsExactly(0, 2, 3, 5);
    assertThat(corners(pixels, 3)).containsExactly(4, 2, 7, 5);
    assertThat(corners(pixels, 4)).containsExactly(2, 1, 5, 4);
    // Of the mirrored image: its upper left is the upper right, backwards.
    assertThat(corners(pixels, 5)).containsExactly(7, 0, 4, 3);
    assertThat(corners(pixels, 6)).containsExactly(3, 0, 0, 3);
    assertThat(corners(pixels, 7)).containsExactly(7, 2, 4, 5);
    assertThat(corners(pixels, 8)).containsExactly(3, 2, 0, 5);
    assertThat(corners(pixels, 9)).containsExactly(5, 1, 2, 4);
  }

  @Test
  void a_flip_is_the_centre_and_the_centre_mirrored() {
    float[] pixels = new float[2 * 48];
    plain(4, 6).apply(ruler(6, 8), Views.FLIP, pixels);
    assertThat(corners(pixels, 0)).containsExactly(2, 1, 5, 4);
    assertThat(corners(pixels, 1)).containsExactly(5, 1, 2, 4);
  }

  @Test
  void the_papers_side_crops_resize_256_to_480_for_224() {
    Augmentation.RandomSideCrop paper = Augmentation.RandomSideCrop.paper();
    assertThat(224 * paper.leastSide()).isEqualTo(256);
    assertThat(224 * paper.mostSide()).isEqualTo(480);
    // From an image of 40 to sides from 8 * 8/7 = 9 to 8 * 15/7 = 17: 8 pixels apart are 19 to 36.
    Augmenter augmenter = new Augmenter(plain(8, 8), paper, Variety.NONE);
    SplittableRandom random = new SplittableRandom(3);
    float least = Float.POSITIVE_INFINITY;
    float most = 0;
    for (int i = 0; i < 300; i++) {
      float[] pixels = new float[8 * 8 * 3];
      augmenter.write(ruler(40, 60), random, pixels, 0);
      float spread = Math.abs(pixels[7 * 3] - pixels[0]);
      least = Math.min(least, spread);
      most = Math.max(most, spread);
    }
    // 7 steps of 40 / 17 and of 40 / 9, each end rounded and antialiased at the rim.
    assertThat(least).isBetween(15f, 18f);
    assertThat(most).isBetween(29f, 33f);
  }

  @Test
  void all_of_an_image_keeps_its_shape_up_to_rounding() {
    Preprocessing whole = plain(4, 6).whole(new Shape(1, 50, 75), 20);
    assertThat(whole.input()).isEqualTo(new Shape(3, 20, 30));
    assertThat(whole.resize()).isEqualTo(20);
    assertThat(plain(4, 6).withInput(new Shape(3, 8, 8)).resize()).isEqualTo(12);
  }

  @Test
  void a_mean_for_each_pixel_has_no_other_size() {
    Preprocessing mean =
        new Preprocessing(
            ROW.shape(),
            1,
            Interpolation.BILINEAR,
            List.of(0.0),
            List.of(1.0),
            new PixelMean(new float[4]));
    assertThatThrownBy(() -> mean.withInput(new Shape(1, 2, 8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("normalise by channel");
    assertThat(mean.withInput(ROW.shape())).isSameAs(mean);
  }
}

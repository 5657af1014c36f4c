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
    new Augmenter(input, IMAGENET)
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
  }
}

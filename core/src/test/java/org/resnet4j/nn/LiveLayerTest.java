package org.resnet4j.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Layer;
import org.resnet4j.arch.Operation;
import org.resnet4j.arch.Shape;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Tensors;

/** What is random, in training and in evaluation. */
class LiveLayerTest {
  private static final int IMAGES = 1000;
  private static final Shape SHAPE = new Shape(2, 2, 2);
  private static final int VALUES = 8;

  @Test
  void stochastic_depth_keeps_or_drops_each_image_whole_and_keeps_the_mean() {
    float[] result = ofOnes(new Operation.DropPath(0.25), true);
    int kept = 0;
    for (int i = 0; i < IMAGES; i++) {
      float[] image = Arrays.copyOfRange(result, i * VALUES, (i + 1) * VALUES);
      kept += image[0] == 0 ? 0 : 1;
      for (float value : image) {
        assertThat(value).isEqualTo(image[0]).isIn(0f, (float) (1 / 0.75));
      }
    }
    assertThat(kept / (double) IMAGES).isCloseTo(0.75, within(fiveDeviations(IMAGES, 0.25)));
  }

  @Test
  void dropout_keeps_or_drops_each_value_and_keeps_the_mean() {
    float[] result = ofOnes(new Operation.Dropout(0.25), true);
    int kept = 0;
    int mixed = 0;
    for (int i = 0; i < result.length; i++) {
      assertThat(result[i]).isIn(0f, (float) (1 / 0.75));
      kept += result[i] == 0 ? 0 : 1;
      mixed += result[i] == result[i / VALUES * VALUES] ? 0 : 1;
    }
    assertThat(kept / (double) result.length)
        .isCloseTo(0.75, within(fiveDeviations(result.length, 0.25)));
    assertThat(mixed).isPositive();
  }

  @Test
  void neither_changes_a_value_in_evaluation_or_at_rate_zero() {
    for (boolean training : new boolean[] {true, false}) {
      double rate = training ? 0 : 0.9;
      assertThat(ofOnes(new Operation.DropPath(rate), training)).containsOnly(1);
      assertThat(ofOnes(new Operation.Dropout(rate), training)).containsOnly(1);
    }
  }

  /** Of the mean of independent draws. */
  private static double fiveDeviations(int draws, double rate) {
    return 5 * Math.sqrt(rate * (1 - rate) / draws);
  }

  private static float[] ofOnes(Operation operation, boolean training) {
    Engine.start();
    float[] ones = new float[IMAGES * VALUES];
    Arrays.fill(ones, 1);
    try (LiveLayer layer = LiveLayer.of(new Layer("drop", operation, SHAPE), Map.of());
        PointerScope scope = new PointerScope()) {
      torch.manual_seed(1);
      Tensor x = Tensors.of(ones, IMAGES, 2, 2, 2);
      return Tensors.floats(layer.forward(x, training ? Mode.TRAINING : Mode.EVALUATION));
    }
  }
}

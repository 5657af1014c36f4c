package org.resnet4j.data.shapes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.resnet4j.data.Dataset;

/** Softmax regression on the pixels: what the data set gives away without any sense of shape. */
class ShapesBaselineTest {
  private static final int CLASSES = 10;
  private static final int EPOCHS = 8;
  private static final int BATCH = 50;
  private static final float RATE = 0.01f;
  private static final float DECAY = 0.01f;

  private final float[][] weights = new float[CLASSES][3 * 32 * 32 + 1];

  @Test
  void a_linear_classifier_learns_something_but_not_the_classes() {
    Shapes train = Shapes.train(1);
    float[][] inputs = inputs(train);
    SplittableRandom random = new SplittableRandom(1);
    for (int step = 0, steps = EPOCHS * train.size() / BATCH; step < steps; step++) {
      float rate = RATE * (steps - step) / steps;
      int[] batch = random.ints(BATCH, 0, train.size()).toArray();
      learn(inputs, train, batch, rate);
    }

    Shapes test = Shapes.test(1);
    assertThat(accuracy(inputs, train)).isGreaterThan(0.35);
    assertThat(accuracy(inputs(test), test)).isGreaterThan(0.15).isLessThan(0.60);
  }

  private void learn(float[][] inputs, Dataset dataset, int[] batch, float rate) {
    float[][] slopes = new float[BATCH][];
    for (int i = 0; i < BATCH; i++) {
      slopes[i] = softmax(scores(inputs[batch[i]]));
      slopes[i][dataset.label(batch[i])] -= 1;
    }
    for (int k = 0; k < CLASSES; k++) {
      float[] row = weights[k];
      for (int j = 0; j < row.length; j++) {
        row[j] *= 1 - rate * DECAY;
      }
      for (int i = 0; i < BATCH; i++) {
        float[] input = inputs[batch[i]];
        float change = rate * slopes[i][k] / BATCH;
        for (int j = 0; j < row.length; j++) {
          row[j] -= change * input[j];
        }
      }
    }
  }

  private double accuracy(float[][] inputs, Dataset dataset) {
    int right = 0;
    for (int i = 0; i < inputs.length; i++) {
      float[] scores = scores(inputs[i]);
      int best = 0;
      for (int k = 1; k < CLASSES; k++) {
        best = scores[k] > scores[best] ? k : best;
      }
      right += best == dataset.label(i) ? 1 : 0;
    }
    return (double) right / inputs.length;
  }

  private float[] scores(float[] input) {
    float[] scores = new float[CLASSES];
    for (int k = 0; k < CLASSES; k++) {
      float sum = 0;
      for (int j = 0; j < input.length; j++) {
        sum += weights[k][j] * input[j];
      }
      scores[k] = sum;
    }
    return scores;
  }

  private static float[] softmax(float[] scores) {
    float largest = scores[0];
    for (float score : scores) {
      largest = Math.max(largest, score);
    }
    float sum = 0;
    for (int k = 0; k < scores.length; k++) {
      scores[k] = (float) Math.exp(scores[k] - largest);
      sum += scores[k];
    }
    for (int k = 0; k < scores.length; k++) {
      scores[k] /= sum;
    }
    return scores;
  }

  /** Pixels about 0 with a spread of about 1, then a 1 for the bias. */
  private static float[][] inputs(Dataset dataset) {
    float[][] inputs = new float[dataset.size()][];
    for (int i = 0; i < inputs.length; i++) {
      byte[] pixels = dataset.image(i).pixels();
      inputs[i] = new float[pixels.length + 1];
      for (int j = 0; j < pixels.length; j++) {
        inputs[i][j] = ((pixels[j] & 0xff) - 100) / 75f;
      }
      inputs[i][pixels.length] = 1;
    }
    return inputs;
  }
}

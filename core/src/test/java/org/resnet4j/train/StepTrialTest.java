package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Parameter;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.Splits;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.nn.LiveNetwork;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;

class StepTrialTest {
  private static final Network TINY = Catalogue.cifar(1, 4, ShortcutOption.A);

  /** All logits are the head's bias: the losses follow from arithmetic. */
  private static final LiveNetwork.Source HEAD_OF_ZEROS =
      (parameter, values) ->
          values.put(
              parameter.role() == Parameter.Role.LINEAR_WEIGHT
                      || parameter.role() == Parameter.Role.LINEAR_BIAS
                  ? new float[values.remaining()]
                  : someValues(values.remaining()));

  private static float[] someValues(int count) {
    SplittableRandom random = new SplittableRandom(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (0.5 + random.nextDouble() / 4);
    }
    return values;
  }

  private static Batch batch() {
    return new Batch(2, someValues(2 * 32 * 32 * 3), new int[] {3, 4}, new int[] {0, 1});
  }

  private static Recipe recipe(double rate) {
    return RecipeFile.load(
        "cifar-paper",
        Map.of("rate", String.valueOf(rate), "precision", "fp32", "device", "cpu", "batch", "2"));
  }

  @Test
  void the_first_loss_of_a_head_of_zeros_is_the_logarithm_of_ten_and_the_next_is_less() {
    try (StepTrial trial = new StepTrial(recipe(0.1), TINY, HEAD_OF_ZEROS, batch())) {
      assertThat(trial.step()).isCloseTo(Math.log(10), within(1e-6));
      assertThat(trial.step()).isLessThan(2.29);
    }
  }

  @Test
  void a_step_whose_loss_is_no_number_is_none() {
    LiveNetwork.Source broken =
        (parameter, values) -> {
          float[] all = new float[values.remaining()];
          Arrays.fill(all, parameter.role() == Parameter.Role.LINEAR_BIAS ? Float.NaN : 1);
          values.put(all);
        };
    try (StepTrial trial = new StepTrial(recipe(0.1), TINY, broken, batch())) {
      assertThatThrownBy(trial::step)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "step 1 changes nothing, as loss became NaN; a time of it would mean nothing");
    }
  }

  @Test
  void parts_are_phases_in_their_order_and_operators_where_the_pass_is_compiled() {
    try (StepTrial trial = new StepTrial(recipe(0.01), TINY, HEAD_OF_ZEROS, batch())) {
      List<StepPart> parts = trial.parts(2);
      assertThat(parts.stream().map(StepPart::phase).distinct())
          .containsExactly(
              "checks",
              "images to tensors",
              "forward",
              "loss",
              "backward",
              "accuracy",
              "gradient norm and checks",
              "optimizer");
      assertThat(parts).allMatch(part -> part.seconds() >= 0);
      // Stem and two in each of three blocks; the way back has a gradient of each one's weights.
      assertThat(parts.stream().filter(part -> part.phase().equals("forward")))
          .anyMatch(part -> part.operator().contains("convolution") && part.count() == 7);
      assertThat(parts)
          .anyMatch(
              part -> part.operator().equals("convolution, weight gradient") && part.count() == 7);
      assertThat(trial.parts(1)).hasSameSizeAs(parts);
    }
  }

  @Test
  void a_pipeline_goes_on_with_the_next_epoch_and_the_fixed_batch_stays() {
    Recipe recipe =
        RecipeFile.load(
            "cifar-paper",
            Map.of("model", "resnet8-width4", "batch", "32", "precision", "fp32", "rate", "0.01"));
    Setup setup = Setup.of(recipe, "shapes");
    Setup few =
        new Setup(
            recipe,
            new Splits("few", Shapes.train(1, 70), Shapes.test(1, 10), List.of()),
            setup.network(),
            setup.preprocessing(),
            setup.start());
    try (PipelineTrial trial = new PipelineTrial(few)) {
      assertThat(trial.batchSize()).isEqualTo(32);
      assertThat(trial.loaded(5)).isPositive(); // Two batches are an epoch.
      assertThat(trial.fixed(2)).isPositive();
      assertThat(trial.loaded(1)).isPositive();
    }
  }
}

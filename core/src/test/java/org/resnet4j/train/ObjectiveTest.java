package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Image;
import org.resnet4j.data.batch.Batch;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.recipe.Targets;
import org.resnet4j.tensor.Device;
import org.resnet4j.tensor.Engine;
import org.resnet4j.tensor.Tensors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Losses and gradients beside PyTorch's, whose numbers targets.py wrote. */
class ObjectiveTest {
  private static final int CLASSES = 5;
  private static final int[] LABELS = {4, 0, 2, 2};

  @BeforeAll
  static void start_the_engine() {
    Engine.start();
  }

  private static JsonNode published(String name) {
    try (InputStream in = ObjectiveTest.class.getResourceAsStream("targets.json")) {
      return Objects.requireNonNull(
          JsonMapper.shared().readTree(Objects.requireNonNull(in)).get(name), name);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Targets targets(String keys) {
    Map<String, String> overrides = new HashMap<>();
    for (String key : keys.split(" ")) {
      overrides.put(key.substring(0, key.indexOf('=')), key.substring(key.indexOf('=') + 1));
    }
    return RecipeFile.load("cifar-paper", overrides).targets();
  }

  private static Batch batch(double share) {
    int[] others = share < 1 ? new int[] {2, 4, 0, 2} : LABELS;
    return new Batch(4, new float[0], LABELS, LABELS, new Batch.Mix(share, others));
  }

  /** 20 images, 8, 4, 2, 1 and 5 of a class. */
  private record Twenty(int... counts) implements Dataset {
    @Override
    public int size() {
      return 20;
    }

    @Override
    public int label(int index) {
      int label = 0;
      for (int end = counts[0]; index >= end; end += counts[++label]) {}
      return label;
    }

    @Override
    public Image image(int index) {
      throw new UnsupportedOperationException("images are not looked at");
    }

    @Override
    public List<String> classes() {
      return List.of("a", "b", "c", "d", "e", "f").subList(0, counts.length);
    }

    @Override
    public String describe(int index) {
      return "image " + index;
    }
  }

  @Test
  void balanced_weights_make_all_classes_that_have_images_count_alike() {
    assertThat(Objective.balanced(new Twenty(8, 4, 2, 1, 5)))
        .containsExactly(0.5f, 1f, 2f, 4f, 0.8f);
    assertThat(Objective.balanced(new Twenty(10, 0, 10))).containsExactly(1f, 0f, 1f);
  }

  private static Tensor logits() {
    float[] values = new float[4 * CLASSES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (2 * Math.sin(0.9 * i + 0.3));
    }
    return Tensors.of(values, 4, CLASSES).set_requires_grad(true);
  }

  private static Tensor ofTeacher() {
    float[] values = new float[4 * CLASSES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (3 * Math.cos(0.5 * i));
    }
    return Tensors.of(values, 4, CLASSES);
  }

  private static void assertEqual(Tensor loss, Tensor logits, JsonNode expected) {
    assertThat(loss.item_double()).isCloseTo(expected.get("loss").doubleValue(), within(2e-6));
    loss.backward();
    float[] gradient = Tensors.floats(logits.grad());
    for (int i = 0; i < gradient.length; i++) {
      assertThat(gradient[i])
          .as("gradient of logit %d", i)
          .isCloseTo(expected.get("gradient").get(i).floatValue(), within(1e-6f));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "labels                   | 1   | loss=cross-entropy",
        "labels smoothed          | 1   | label-smoothing=0.1",
        "labels weighed           | 1   | class-weights=balanced",
        "labels smoothed, weighed | 1   | class-weights=balanced label-smoothing=0.1",
        "mixed                    | 0.7 | mixup=1",
        "mixed smoothed           | 0.7 | cutmix=1 label-smoothing=0.1",
        "mixed smoothed, weighed  | 0.7 | mixup=1 label-smoothing=0.1 class-weights=balanced",
        "labels                   | 1   | mixup=1",
        "labels smoothed          | 1   | mixup=1 label-smoothing=0.1",
        "binary                   | 1   | loss=binary-cross-entropy",
        "binary smoothed          | 1   | loss=binary-cross-entropy label-smoothing=0.1",
        "binary mixed             | 0.7 | loss=binary-cross-entropy mixup=1",
        "binary mixed smoothed    | 0.7 | loss=binary-cross-entropy mixup=1 label-smoothing=0.1",
        "binary mixed smoothed, threshold | 0.7 | loss=binary-cross-entropy mixup=1 label-smoothing=0.1 target-threshold=0.2",
        "binary mixed, high threshold | 0.7 | loss=binary-cross-entropy mixup=1 target-threshold=0.5"
      })
  void losses_and_gradients_are_pytorchs(String name, double share, String keys) {
    Targets targets = targets(keys);
    float[] weights =
        targets.classWeights() == Targets.ClassWeights.BALANCED
            ? Objective.balanced(new Twenty(8, 4, 2, 1, 5))
            : new float[0];
    try (Objective objective = new Objective(targets, Device.CPU, weights);
        PointerScope scope = new PointerScope()) {
      Tensor logits = logits();
      Tensor loss = objective.loss(logits, logits, batch(share));
      assertEqual(loss, logits, published(name));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "taught                 | 1   | teacher=t teacher-temperature=4 teacher-share=0.9",
        "taught, mixed smoothed | 0.7 | mixup=1 label-smoothing=0.1 teacher=t teacher-temperature=2 teacher-share=0.5"
      })
  void a_teachers_share_is_pytorchs(String name, double share, String keys) {
    try (Objective objective = new Objective(targets(keys), Device.CPU);
        PointerScope scope = new PointerScope()) {
      Tensor logits = logits();
      Tensor loss =
          objective.withTeacher(objective.fromLabels(logits, batch(share)), logits, ofTeacher());
      assertEqual(loss, logits, published(name));
    }
  }

  @Test
  void who_answers_as_the_teacher_does_has_nothing_to_learn_from_it() {
    try (Objective objective = new Objective(targets("teacher=t teacher-share=1"), Device.CPU);
        PointerScope scope = new PointerScope()) {
      Tensor logits = logits();
      Tensor loss =
          objective.withTeacher(objective.fromLabels(logits, batch(1)), logits, logits.detach());
      assertThat(loss.item_double()).isCloseTo(0, within(1e-6));
    }
  }
}

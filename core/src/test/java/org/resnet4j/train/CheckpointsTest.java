package org.resnet4j.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.tensor.Tensors;
import org.resnet4j.weights.SealedSafetensors;
import org.resnet4j.weights.WeightsException;

/** A3: what is damaged is found, and what is whole is kept and used. */
class CheckpointsTest {
  private static final int STEP = 4096;
  private static final int FLIPS = 200;

  @TempDir Path folder;
  private final List<Event> events = new ArrayList<>();

  private Checkpoints checkpoints(String engine) {
    return new Checkpoints(folder.resolve("checkpoints"), engine, events::add);
  }

  private static Checkpoints.State state(float... values) {
    Tensor tensor = Tensors.of(values, values.length);
    return new Checkpoints.State(Map.of("model", Map.of("weight", tensor)));
  }

  private static float[] values(Checkpoints.State state) {
    return Tensors.floats(state.groups().get("model").get("weight"));
  }

  private static Progress progress(long step, double... top1) {
    Progress progress = Progress.beginning(RecipeFile.load("shapes", Map.of()));
    List<Event.Epoch> history = new ArrayList<>();
    for (int i = 0; i < top1.length; i++) {
      history.add(new Event.Epoch(i + 1, i + 1, 0.1, 1, 0.5, 1, top1[i], 1, 10, 1, 0, 1, 1));
    }
    return new Progress(step, top1.length, 0, 0, 0, 0, 1, false, 0, 0, 0, 0, 0, history);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("checkpoints"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private List<String> notices() {
    return events.stream()
        .filter(Event.Notice.class::isInstance)
        .map(event -> ((Event.Notice) event).text())
        .toList();
  }

  @Test
  @Promise(
      id = "A3",
      fault =
          "a checkpoint cut off at every 4096 bytes, 200 single flipped bits, half of them in the header",
      holds = "all are found")
  void every_prefix_and_every_flipped_bit_is_found() throws Exception {
    try (PointerScope scope = new PointerScope()) {
      float[] many = new float[30_000];
      Arrays.fill(many, 0.5f);
      checkpoints("here").save(state(many), progress(1));
    }
    Path file = folder.resolve("checkpoints/step-00000001.safetensors");
    byte[] good = Files.readAllBytes(file);
    Path damaged = folder.resolve("damaged");
    int prefixes = 0;
    for (int length = 0; length < good.length; length += STEP, prefixes++) {
      Files.write(damaged, Arrays.copyOf(good, length));
      assertThatThrownBy(() -> SealedSafetensors.check(damaged))
          .as("the first %d bytes", length)
          .isInstanceOf(WeightsException.class);
    }
    assertThat(prefixes).isEqualTo((good.length + STEP - 1) / STEP).isGreaterThan(25);
    Random random = new Random(1);
    for (int i = 0; i < FLIPS; i++) {
      // Half of them in the header, where the checksum itself and the progress are.
      int at = random.nextInt(i % 2 == 0 ? 1000 : good.length);
      byte[] bad = good.clone();
      bad[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(damaged, bad);
      assertThatThrownBy(() -> SealedSafetensors.check(damaged))
          .as("a bit of byte %d", at)
          .isInstanceOf(WeightsException.class);
    }
    Files.write(damaged, good);
    SealedSafetensors.check(damaged);
    byte[] longer = Arrays.copyOf(good, good.length + 1);
    Files.write(damaged, longer);
    assertThatThrownBy(() -> SealedSafetensors.check(damaged)).isInstanceOf(WeightsException.class);
  }

  @Test
  @Promise(
      id = "A3",
      fault = "the newest checkpoint is damaged",
      holds =
          "the one before is used and the user told; if none is whole, the run is refused, not begun anew")
  void the_one_before_a_damaged_one_is_used_and_the_user_told() throws Exception {
    try (PointerScope scope = new PointerScope()) {
      checkpoints("here").save(state(1), progress(1));
      checkpoints("here").save(state(2), progress(2));
      Path newest = folder.resolve("checkpoints/step-00000002.safetensors");
      byte[] bytes = Files.readAllBytes(newest);
      bytes[bytes.length - 1] ^= 1;
      Files.write(newest, bytes);
      events.clear();
      Checkpoints.State state = state(0);
      Optional<Progress> restored = checkpoints("here").restore(state);
      assertThat(restored.orElseThrow().step()).isEqualTo(1);
      assertThat(values(state)).containsExactly(1);
      assertThat(notices())
          .singleElement()
          .asString()
          .contains(newest.toString(), "its SHA-256 is not the one", "the one before it is taken");
    }
  }

  @Test
  void a_run_whose_checkpoints_are_all_damaged_is_not_begun_anew_in_silence() throws Exception {
    try (PointerScope scope = new PointerScope()) {
      checkpoints("here").save(state(1), progress(1));
      Files.write(folder.resolve("checkpoints/step-00000001.safetensors"), new byte[100]);
      assertThatThrownBy(() -> checkpoints("here").restore(state(0)))
          .isInstanceOf(RunException.class)
          .hasMessageContaining("none of the 1 checkpoints is whole");
    }
  }

  @Test
  void the_last_three_and_the_best_are_kept() throws Exception {
    try (PointerScope scope = new PointerScope()) {
      double[] top1 = {0.5, 0.8, 0.6, 0.8, 0.7, 0.7};
      for (int epochs = 1; epochs <= top1.length; epochs++) {
        checkpoints("here").save(state(epochs), progress(epochs, Arrays.copyOf(top1, epochs)));
      }
      assertThat(names())
          .containsExactly(
              "step-00000002.safetensors",
              "step-00000004.safetensors",
              "step-00000005.safetensors",
              "step-00000006.safetensors");
    }
  }

  @Test
  void what_a_run_saves_after_it_passed_over_damaged_ones_stays() throws Exception {
    try (PointerScope scope = new PointerScope()) {
      checkpoints("here").save(state(1), progress(10));
      for (int later = 20; later <= 22; later++) {
        Files.write(
            folder.resolve("checkpoints/step-000000%d.safetensors".formatted(later)), new byte[9]);
      }
      assertThat(checkpoints("here").restore(state(0)).orElseThrow().step()).isEqualTo(10);
      checkpoints("here").save(state(2), progress(15));
      Checkpoints.State state = state(0);
      assertThat(checkpoints("here").restore(state).orElseThrow().step()).isEqualTo(15);
      assertThat(values(state)).containsExactly(2);
      for (int step : new int[] {16, 17, 25}) {
        checkpoints("here").save(state(step), progress(step));
      }
      assertThat(names())
          .as("passed by at last, the damaged ones count as old")
          .containsExactly(
              "step-00000021.safetensors",
              "step-00000022.safetensors",
              "step-00000025.safetensors");
    }
  }

  @Test
  void a_hundred_million_steps_are_later_than_one_less() {
    try (PointerScope scope = new PointerScope()) {
      checkpoints("here").save(state(1), progress(99_999_999));
      checkpoints("here").save(state(2), progress(100_000_000));
      assertThat(checkpoints("here").last().orElseThrow().toString())
          .endsWith("step-100000000.safetensors");
    }
  }

  private void assertPassedOver(Map<String, String> metadata, String reason) throws Exception {
    try (PointerScope scope = new PointerScope()) {
      checkpoints("here").save(state(1), progress(1));
      Path later = folder.resolve("checkpoints/step-00000002.safetensors");
      Map<String, Tensor> other = Map.of("model/other", Tensors.of(new float[] {2}, 1));
      SealedSafetensors.write(later, TensorEntries.of("", other), metadata);
      Checkpoints.State state = state(0);
      assertThat(checkpoints("here").restore(state).orElseThrow().step()).isEqualTo(1);
      assertThat(values(state)).containsExactly(1);
      assertThat(notices()).singleElement().asString().contains(later.toString(), reason);
    }
  }

  @Test
  void one_of_another_format_is_passed_over() throws Exception {
    assertPassedOver(
        Map.of("format", "resnet4j checkpoint 1"),
        "its format is resnet4j checkpoint 1, this version reads resnet4j checkpoint 2");
  }

  @Test
  void one_that_lacks_a_tensor_is_passed_over() throws Exception {
    assertPassedOver(Map.of("format", "resnet4j checkpoint 2"), "model/weight is missing in it");
  }

  @Test
  void a_run_folder_that_is_gone_is_not_made_again() {
    try (PointerScope scope = new PointerScope()) {
      Checkpoints gone = new Checkpoints(folder.resolve("gone/checkpoints"), "here", events::add);
      assertThatThrownBy(() -> gone.save(state(1), progress(1)))
          .isInstanceOfSatisfying(
              RunException.class, e -> assertThat(e.resources()).as(e.getMessage()).isTrue());
      assertThat(folder.resolve("gone")).doesNotExist();
    }
  }

  @Test
  @Promise(
      id = "A7",
      fault = "NaN in what is about to be saved",
      holds = "it is never saved; exit 4")
  void values_that_are_no_numbers_are_never_saved() {
    try (PointerScope scope = new PointerScope()) {
      assertThatThrownBy(() -> checkpoints("here").save(state(1, Float.NaN), progress(7)))
          .isInstanceOf(DivergedException.class)
          .hasMessageStartingWith("model/weight holds values that are no numbers after step 7");
      assertThat(folder.resolve("checkpoints")).doesNotExist();
    }
  }

  @Test
  void another_engine_goes_on_and_the_user_is_told_that_bits_may_differ() {
    try (PointerScope scope = new PointerScope()) {
      checkpoints("2 threads").save(state(1), progress(1));
      events.clear();
      checkpoints("2 threads").restore(state(0));
      assertThat(notices()).isEmpty();
      checkpoints("1 thread").restore(state(0));
      assertThat(notices())
          .singleElement()
          .asString()
          .contains("2 threads", "goes on with 1 thread", "the last bits may differ");
    }
  }

  @Test
  void everything_that_was_saved_comes_back() {
    try (PointerScope scope = new PointerScope()) {
      Map<String, Map<String, Tensor>> groups = new LinkedHashMap<>();
      groups.put("model", Map.of("a", Tensors.of(new float[] {1, 2}, 2), "n", Tensors.scalar(3)));
      groups.put("optimizer", Map.of("a", Tensors.of(new float[] {4}, 1)));
      Progress before = progress(9, 0.25, 0.5);
      checkpoints("here").save(new Checkpoints.State(groups), before);
      Map<String, Map<String, Tensor>> empty = new LinkedHashMap<>();
      empty.put("model", Map.of("a", Tensors.of(new float[2], 2), "n", Tensors.scalar(0)));
      empty.put("optimizer", Map.of("a", Tensors.of(new float[1], 1)));
      assertThat(checkpoints("here").restore(new Checkpoints.State(empty))).contains(before);
      assertThat(Tensors.floats(empty.get("model").get("a"))).containsExactly(1, 2);
      assertThat(empty.get("model").get("n").item_long()).isEqualTo(3);
      assertThat(Tensors.floats(empty.get("optimizer").get("a"))).containsExactly(4);
    }
  }
}

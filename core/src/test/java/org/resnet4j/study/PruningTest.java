package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.data.DataException;
import org.resnet4j.data.Dataset;
import org.resnet4j.data.Subset;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.train.RunException;
import org.resnet4j.train.SavedModel;
import org.resnet4j.weights.TensorEntry;
import org.resnet4j.weights.WeightsException;
import org.resnet4j.weights.model.ModelFolder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Blocks that do nothing go first, accuracy says when to stop, and a kill changes nothing. */
class PruningTest {
  private static final Network TWO_BLOCKS =
      Catalogue.cifar(2, 4, ShortcutOption.A).withClasses(2).withName("tiny");

  @TempDir private Path folder;
  private OwnLabels own;

  @BeforeEach
  void write() throws IOException {
    own = new OwnLabels(folder, TWO_BLOCKS, Set.of("layer2.1"), 64, 40);
  }

  private Pruning.Plan plan(double maxDrop, int epochs, Map<String, String> settings) {
    return new Pruning.Plan(own.model(), own.data(), maxDrop, 32, epochs, settings, 0, 16);
  }

  private Pruned prune(String out, double maxDrop) {
    return Pruning.run(
        plan(maxDrop, 0, Map.of()),
        Optional.of(folder.resolve(out)),
        "prune",
        event -> {},
        () -> false);
  }

  @Test
  void a_block_whose_branch_gives_nothing_goes_first_and_the_logits_keep_their_bits() {
    Pruned pruned = prune("out", 0.5);
    assertThat(pruned.removed()).containsExactly("layer2.1");
    assertThat(pruned.stoppedBy()).isEqualTo("budget");
    assertThat(pruned.mistakesBefore()).isZero();
    assertThat(pruned.mistakesAfter()).isZero();
    // Beyond the budget it looks on, as far as blocks are left.
    assertThat(pruned.frontier())
        .extracting(Pruned.Step::within)
        .containsExactly(true, true, false, false);
    Pruned.Step first = pruned.frontier().get(1);
    assertThat(first.selectionLoss()).isEqualTo(pruned.frontier().get(0).selectionLoss());
    assertThat(first.statistics()).isEqualTo("stored");
    Dataset images = Shapes.test(7, 3);
    for (int i = 0; i < images.size(); i++) {
      assertThat(OwnLabels.logits(Path.of(pruned.model()), images.image(i)))
          .isEqualTo(OwnLabels.logits(Path.of(own.model()), images.image(i)));
    }
  }

  @Test
  void the_result_is_a_model_folder_of_the_shorter_network() throws IOException {
    own = new OwnLabels(folder.resolve("other"), TWO_BLOCKS, Set.of("layer1.0"), 64, 40);
    Pruned pruned = prune("out", 0.5);
    assertThat(pruned.removed()).containsExactly("layer1.0");
    assertThat(pruned.to()).isEqualTo("tiny-minus1");
    SavedModel saved = SavedModel.open(Path.of(pruned.model()));
    assertThat(saved.labels()).containsExactly("left", "right");
    assertThat(saved.preprocessing())
        .isEqualTo(SavedModel.open(Path.of(own.model())).preprocessing());
    Network shorter = saved.network();
    assertThat(shorter.stages()).extracting(s -> s.blocks().size()).containsExactly(1, 2, 2);
    assertThat(shorter.depth()).isEqualTo(12).isEqualTo(pruned.depth());
    // Two 3x3 convolutions of 4 channels, a scale and a shift for each channel.
    assertThat(pruned.parametersBefore() - pruned.parameters()).isEqualTo(2 * (4 * 4 * 9 + 2 * 4));
    assertThat(pruned.multiplyAddsBefore() - pruned.multiplyAdds())
        .isEqualTo(2 * 4 * 4 * 9 * 32 * 32);
    // The block that was second is first now.
    assertThat(values(pruned.model(), "layer1.0.conv1.weight"))
        .isEqualTo(values(own.model(), "layer1.1.conv1.weight"));
    assertThat(values(pruned.model(), "layer2.0.conv1.weight"))
        .isEqualTo(values(own.model(), "layer2.0.conv1.weight"));
    assertThat(Files.readString(Path.of(pruned.model(), "README.md")))
        .contains("# tiny-minus1, tiny without 1 block", "Gone, in this order: layer1.0.");
  }

  private static float[] values(String model, String name) {
    Path path = Path.of(model);
    List<TensorEntry> weights =
        ModelFolder.readWeights(path, ModelFolder.readConfig(path).network());
    return weights.stream()
        .filter(entry -> entry.name().equals(name))
        .findFirst()
        .orElseThrow()
        .floats();
  }

  @Test
  void the_shortest_network_within_the_budget_is_the_result() {
    Pruned all = prune("all", 100);
    // Of stages of two blocks, one each can go.
    assertThat(all.removed()).hasSize(3).doesNotHaveDuplicates();
    assertThat(all.stoppedBy()).isEqualTo("blocks");
    assertThat(all.depth()).isEqualTo(8);
    List<Pruned.Step> steps = all.frontier();
    int allowed = steps.get(2).mistakes();
    assertThat(allowed).isPositive();
    for (int mistakes : new int[] {allowed - 1, allowed}) {
      int last = 3;
      while (steps.get(last).mistakes() > mistakes) {
        last--;
      }
      Pruned some = prune("allowing-" + mistakes, Math.max(0.1, 100.0 * mistakes / 40));
      assertThat(some.removed()).isEqualTo(all.removed().subList(0, last));
      assertThat(some.top1After()).isEqualTo(steps.get(last).top1());
    }
  }

  /** ResNet-56 on 1017 images of CIFAR-10, of which one point is 10.17: 85 and then 83 wrong. */
  @Test
  void a_network_beyond_the_budget_by_chance_does_not_end_the_search() {
    List<Integer> more = List.of(2, 9, 11, 9, 16, 26, 33);
    assertThat(Pruning.beyond(more.subList(0, 3), mistakes -> mistakes <= 10)).isEqualTo(1);
    assertThat(Pruning.beyond(more.subList(0, 4), mistakes -> mistakes <= 10)).isZero();
    assertThat(Pruning.beyond(more, mistakes -> mistakes <= 10)).isEqualTo(3);
  }

  @Test
  void three_networks_in_a_row_beyond_the_budget_end_it() throws IOException {
    Network three = Catalogue.cifar(3, 4, ShortcutOption.A).withClasses(2).withName("three");
    own = new OwnLabels(folder.resolve("three"), three, Set.of("layer2.1"), 64, 40);
    Pruned pruned = prune("out", 0.5);
    assertThat(pruned.removed()).containsExactly("layer2.1");
    assertThat(pruned.stoppedBy()).isEqualTo("budget");
    assertThat(pruned.frontier()).hasSize(1 + 1 + 3); // Of six that can go.
  }

  @Test
  void what_was_measured_lies_in_tables_and_a_page() throws IOException {
    Pruned pruned = prune("out", 0.5);
    Path out = folder.resolve("out");
    JsonNode results = JsonMapper.shared().readTree(Files.readString(out.resolve("results.json")));
    assertThat(results.get("removed").get(0).asString()).isEqualTo("layer2.1");
    assertThat(results.get("frontier")).hasSize(4);
    List<String> frontier = Files.readAllLines(out.resolve("frontier.csv"));
    assertThat(frontier).hasSize(5);
    assertThat(frontier.get(0)).startsWith("removed,block,depth,parameters,multiply_adds,");
    assertThat(frontier.get(2)).startsWith("1,layer2.1,12,");
    // Four candidates at first, then the three that are left, and so on; in the first stage both
    // blocks can go until one has.
    List<String> candidates = Files.readAllLines(out.resolve("candidates.csv"));
    assertThat(candidates).hasSizeBetween(1 + 4 + 3 + 1, 1 + 4 + 3 + 2);
    assertThat(candidates.get(3)).matches("1,layer2\\.1,[^,]+,true");
    assertThat(Files.readString(Path.of(pruned.report()))).contains("Pruning tiny on data");
    assertThat(pruned.latencyBefore()).isPositive();
    assertThat(pruned.latencyAfter()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 9, 14, 25})
  void a_search_that_was_stopped_goes_on_as_if_nothing_had_happened(int asked) throws IOException {
    prune("whole", 100);
    AtomicInteger times = new AtomicInteger();
    Path stopped = folder.resolve("stopped");
    assertThatThrownBy(
            () ->
                Pruning.run(
                    plan(100, 0, Map.of()),
                    Optional.of(stopped),
                    "prune",
                    event -> {},
                    () -> times.incrementAndGet() > asked))
        .isInstanceOf(StudyStoppedException.class);
    assertThat(stopped.resolve("model")).doesNotExist();
    Pruning.resume(stopped, event -> {}, () -> false);
    assertThat(untimed(stopped)).isEqualTo(untimed(folder.resolve("whole")));
    assertThat(stopped.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
  }

  /** The results without what no two runs share. */
  private static JsonNode untimed(Path out) throws IOException {
    ObjectNode results =
        (ObjectNode) JsonMapper.shared().readTree(Files.readString(out.resolve("results.json")));
    results.remove(List.of("model", "report", "seconds", "latencyBefore", "latencyAfter"));
    results.get("frontier").forEach(step -> ((ObjectNode) step).remove("latency"));
    return results;
  }

  @Test
  void a_search_that_is_done_says_the_same_again() {
    Pruned pruned = prune("out", 100);
    List<StudyEvent> events = new ArrayList<>();
    assertThat(Pruning.resume(folder.resolve("out"), events::add, () -> false)).isEqualTo(pruned);
    assertThat(events).noneMatch(StudyEvent.Finished.class::isInstance);
    StudyEvent.Started started = (StudyEvent.Started) events.get(0);
    // The network as it came, three rounds, latencies.
    assertThat(started.cells()).isEqualTo(5);
    assertThat(started.done()).isEqualTo(5);
  }

  @Test
  void a_network_guesses_that_does_no_better_than_the_most_frequent_class() {
    Dataset all = Shapes.test(1, 1000);
    int[] first = IntStream.range(0, 1000).filter(i -> all.label(i) == 0).limit(30).toArray();
    int[] second = IntStream.range(0, 1000).filter(i -> all.label(i) == 1).limit(10).toArray();
    int[] both = IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    assertThat(both).hasSize(40);
    Dataset uneven = new Subset(all, both);
    // 30 of 40 are of one class; the standard error of that share is 6.8 points.
    assertThat(Pruning.guesses(10, uneven)).isTrue();
    assertThat(Pruning.guesses(5, uneven)).isTrue();
    assertThat(Pruning.guesses(4, uneven)).isFalse();
  }

  @Test
  void fine_tuning_trains_the_shorter_network_and_leaves_that() {
    Map<String, String> settings = Map.of("rate", "0.001", "batch", "16", "precision", "fp32");
    Path out = folder.resolve("out");
    AtomicInteger steps = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Pruning.run(
                    plan(100, 4, settings),
                    Optional.of(out),
                    "prune",
                    event -> {
                      if (event instanceof StudyEvent.Working w && w.cell().equals("fine-tuning")) {
                        steps.incrementAndGet();
                      }
                    },
                    () -> steps.get() > 2))
        .isInstanceOf(StudyStoppedException.class);
    Pruned pruned = Pruning.resume(out, event -> {}, () -> false);
    Pruned.FineTuned tuned = Objects.requireNonNull(pruned.fineTuned());
    assertThat(tuned.epochs()).isEqualTo(4);
    assertThat(tuned.rate()).isEqualTo(0.001);
    assertThat(tuned.kept()).isTrue();
    assertThat(tuned.mistakesBefore()).isEqualTo(pruned.frontier().get(3).mistakes());
    assertThat(values(pruned.model(), "conv1.weight"))
        .isNotEqualTo(values(own.model(), "conv1.weight"))
        .hasSameSizeAs(values(own.model(), "conv1.weight"));
    assertThat(SavedModel.open(Path.of(pruned.model())).network().depth()).isEqualTo(8);
  }

  private Pruned tune(double maxDrop, int epochs, String rate, String decay) {
    Map<String, String> settings =
        Map.of("rate", rate, "weight-decay", decay, "batch", "16", "precision", "fp32");
    return Pruning.run(
        plan(maxDrop, epochs, settings),
        Optional.of(folder.resolve("out")),
        "prune",
        event -> {},
        () -> false);
  }

  private void assertUntuned(Pruned pruned) throws IOException {
    assertThat(pruned.removed()).containsExactly("layer2.1");
    assertThat(pruned.mistakesAfter()).isZero();
    assertThat(pruned.top1After()).isEqualTo(1);
    assertThat(values(pruned.model(), "layer1.0.conv1.weight"))
        .isEqualTo(values(own.model(), "layer1.0.conv1.weight"));
    assertThat(Files.readString(Path.of(pruned.model(), "README.md")))
        .doesNotContain("Then trained");
    assertThat(Files.readString(Path.of(pruned.report())))
        .contains("is not kept", "The model is the one before it.", "top-1 is 0.00 points lower");
  }

  @Test
  void a_network_that_fine_tuning_made_worse_is_not_the_result() throws IOException {
    Pruned pruned = tune(0.5, 1, "0.1", "0.0001");
    Pruned.FineTuned tuned = Objects.requireNonNull(pruned.fineTuned());
    assertThat(tuned.kept()).isFalse();
    assertThat(tuned.mistakesBefore()).isZero();
    assertThat(tuned.mistakesAfter()).isPositive();
    assertThat(tuned.top1After())
        .isEqualTo(1 - Objects.requireNonNull(tuned.mistakesAfter()) / 40.0);
    assertThat(tuned.diverged()).isNull();
    assertUntuned(pruned);
  }

  @Test
  void fine_tuning_that_diverges_leaves_the_network_before_it() throws IOException {
    Pruned pruned = tune(0.5, 10, "900", "0.9");
    Pruned.FineTuned tuned = Objects.requireNonNull(pruned.fineTuned());
    assertThat(tuned.kept()).isFalse();
    assertThat(tuned.mistakesAfter()).isNull();
    assertThat(tuned.top1After()).isNull();
    assertThat(tuned.diverged()).startsWith("training diverged: ");
    assertUntuned(pruned);
    assertThat(Pruning.resume(folder.resolve("out"), event -> {}, () -> false)).isEqualTo(pruned);
  }

  @Test
  void the_page_counts_what_the_fine_tuned_network_loses() throws IOException {
    Pruned pruned = tune(100, 4, "0.001", "0.0001");
    Pruned.FineTuned tuned = Objects.requireNonNull(pruned.fineTuned());
    assertThat(tuned.mistakesAfter()).isLessThan(tuned.mistakesBefore());
    assertThat(pruned.mistakesAfter()).isEqualTo(tuned.mistakesAfter());
    assertThat(Files.readString(Path.of(pruned.report())))
        .contains(
            String.format(
                Locale.ROOT,
                "Without 3 blocks and fine-tuned, depth 8 instead of 14, top-1 is %.2f points lower"
                    + " (95 %% interval %.2f to %.2f): %d images",
                100 * pruned.mistakesAfter() / 40.0,
                pruned.dropLow(),
                pruned.dropHigh(),
                pruned.mistakesAfter())); // All were right before.
  }

  /** A run's folder gets the model that it begins with first and {@code run.json} last. */
  @ParameterizedTest
  @ValueSource(strings = {"", "start/model.safetensors", "recipe.yaml"})
  void fine_tuning_that_was_killed_as_it_began_begins_again(String written) throws IOException {
    Map<String, String> settings = Map.of("rate", "1e-6", "batch", "16", "precision", "fp32");
    Path out = folder.resolve("out");
    assertThatThrownBy(
            () ->
                Pruning.run(
                    plan(0.5, 1, settings),
                    Optional.of(out),
                    "prune",
                    event -> {},
                    () -> Files.exists(out.resolve("cells/latency.json"))))
        .isInstanceOf(StudyStoppedException.class);
    Path half = out.resolve("runs/fine-tune").resolve(written);
    Files.createDirectories(written.isEmpty() ? half : half.resolveSibling("."));
    if (!written.isEmpty()) {
      Files.writeString(half, "name: half");
    }
    Pruned pruned = Pruning.resume(out, event -> {}, () -> false);
    assertThat(Objects.requireNonNull(pruned.fineTuned()).epochs()).isEqualTo(1);
    assertThat(out.resolve("runs/fine-tune/run.json")).isRegularFile();
  }

  @Test
  void the_forecast_counts_and_writes_nothing() {
    Pruning.Forecast forecast = Pruning.forecast(plan(0.5, 0, Map.of()));
    assertThat(forecast.blocks()).isEqualTo(6);
    assertThat(forecast.removable()).isEqualTo(3);
    assertThat(forecast.selectionImages()).isEqualTo(32);
    assertThat(forecast.testImages()).isEqualTo(40);
    assertThat(forecast.firstRound()).isPositive().isLessThan(forecast.everyRound());
    assertThat(forecast.fineTuning()).isZero();
    assertThat(folder).isDirectoryNotContaining("glob:**/runs");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 100 | 0 | 0 | max-drop = 0.0: must be above 0 and at most 100 points of top-1",
        "-1 | 100 | 0 | 0 | max-drop = -1.0: must be above 0 and at most 100 points of top-1",
        "101 | 100 | 0 | 0 | max-drop = 101.0: must be above 0 and at most 100 points of top-1",
        "NaN | 100 | 0 | 0 | max-drop = NaN: must be above 0 and at most 100 points of top-1",
        "1 | 7 | 0 | 0 | images = 7: must be at least 8",
        "1 | 100 | -1 | 0 | epochs = -1: must be at least 0",
        "1 | 100 | 0 | 1 | batch = 1: must be from 2 to 4096, or 0 to choose"
      })
  void a_value_out_of_its_range_is_refused(
      double maxDrop, int images, int epochs, int batch, String message) {
    assertThatThrownBy(
            () -> new Pruning.Plan("m", "d", maxDrop, images, epochs, Map.of(), 0, batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void settings_are_checked_before_anything_is_measured() {
    assertThatThrownBy(() -> plan(1, 0, Map.of("rate", "0.1")))
        .hasMessage("set = [rate]: is for fine-tuning; give epochs too");
    assertThatThrownBy(() -> plan(1, 1, Map.of("rat", "0.1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("\"rat\"");
  }

  @Test
  void a_network_without_shortcuts_is_refused() throws IOException {
    own = new OwnLabels(folder.resolve("plain"), TWO_BLOCKS.withoutShortcuts(), Set.of(), 64, 40);
    assertThatThrownBy(() -> prune("out", 1))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith(
            "tiny-plain has no shortcuts, and without one nothing is left where a block was; give a residual network");
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void a_network_of_which_no_block_can_go_is_refused() throws IOException {
    Network one = Catalogue.cifar(1, 4, ShortcutOption.A).withClasses(2).withName("one");
    own = new OwnLabels(folder.resolve("one"), one, Set.of(), 64, 40);
    assertThatThrownBy(() -> prune("out", 1))
        .isInstanceOf(WeightsException.class)
        .hasMessageEndingWith(
            "no block of one can go; that takes an identity shortcut and another block in its stage");
  }

  @Test
  void data_with_other_classes_or_too_few_images_are_refused() throws IOException {
    Pruning.Plan shapes = new Pruning.Plan(own.model(), "shapes", 1, 32, 0, Map.of(), 0, 0);
    assertThatThrownBy(
            () -> Pruning.run(shapes, Optional.empty(), "prune", event -> {}, () -> false))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "shapes has 10 classes but the model knows 2; give data with the model's classes: left, right");
    own = new OwnLabels(folder.resolve("few"), TWO_BLOCKS, Set.of(), 14, 40);
    assertThatThrownBy(() -> prune("out", 1))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith(
            "14 training images are too few to choose blocks with; at least 16 are needed");
  }

  @Test
  void a_folder_that_is_there_is_not_written_to_and_one_that_is_no_search_not_resumed()
      throws IOException {
    Path there = Files.createDirectory(folder.resolve("there"));
    assertThatThrownBy(() -> prune("there", 1))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> Pruning.resume(there, event -> {}, () -> false))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("study.json is missing");
  }
}

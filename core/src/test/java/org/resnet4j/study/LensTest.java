package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.DataException;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.report.Figure;
import org.resnet4j.train.RunException;

/** The health report of networks whose figures follow from their weights. */
class LensTest {
  /** Two blocks of 4, 8 and 16 channels. */
  private static final Network TWO_BLOCKS =
      Catalogue.cifar(2, 4, ShortcutOption.A).withClasses(LensModel.LABELS.size());

  private static final int IMAGES = 12;

  @TempDir private Path folder;

  private Path model(Consumer<Map<String, float[]>> change) throws IOException {
    return LensModel.write(folder.resolve("model"), TWO_BLOCKS, change);
  }

  private static LensPlan plan(Path model, int images) {
    return new LensPlan(model.toString(), "shapes", images, 5, 7, "fp32");
  }

  private LensResult look(Path model) {
    return look(plan(model, IMAGES), "out", new ArrayList<>());
  }

  private LensResult look(LensPlan plan, String out, List<StudyEvent> events) {
    return Lens.run(plan, Optional.of(folder.resolve(out)), "test", events::add, () -> false);
  }

  private static LensBlock block(LensResult result, String name) {
    return result.blocks().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void a_branch_that_gives_zero_can_be_missed() throws IOException {
    LensResult result = look(model(values -> Arrays.fill(values.get("layer1.1.bn2.weight"), 0)));
    LensBlock zero = block(result, "layer1.1");
    assertThat(zero.branchStd()).isZero();
    assertThat(zero.shortcutStd()).isPositive();
    assertThat(zero.ratio()).isZero();
    assertThat(zero.cosine()).isZero();
    assertThat(zero.gradientShare()).isZero();
    assertThat(zero.lossWithout()).isEqualTo(result.loss());
    assertThat(zero.top1Without()).isEqualTo(result.top1());
    assertThat(zero.lossChange()).isZero();
    assertThat(zero.broken()).isZero();
    assertThat(zero.fixed()).isZero();
    assertThat(block(result, "layer1.0").ratio()).isPositive();
    assertThat(result.findings())
        .anyMatch(
            f ->
                f.what().contains("in layer1.1: nearly identities") && f.advice().contains("prune"))
        .anyMatch(
            f ->
                f.what().startsWith("Removing layer1.1 changes top-1 by +0.000 points")
                    && f.advice().contains("resnet4j prune " + result.model() + " --data shapes"));
  }

  @ParameterizedTest
  @ValueSource(floats = {0.5f, -0.25f})
  void a_branch_that_multiplies_its_input_has_that_ratio(float factor) throws IOException {
    LensResult result =
        look(
            model(
                values -> {
                  values.put("layer1.1.conv1.weight", LensModel.copying(4, 1));
                  values.put("layer1.1.conv2.weight", LensModel.copying(4, factor));
                  for (String norm : List.of("layer1.1.bn1", "layer1.1.bn2")) {
                    // With what batch norm adds, the root is one.
                    Arrays.fill(values.get(norm + ".running_var"), 1 - 1e-5f);
                  }
                }));
    LensBlock block = block(result, "layer1.1");
    double size = Math.abs(factor);
    // The input has passed a ReLU, and so passes the branch's unchanged.
    assertThat(block.ratio()).isCloseTo(size, within(1e-5));
    assertThat(block.cosine()).isCloseTo(Math.signum(factor), within(1e-5));
    assertThat(block.branchStd()).isCloseTo(size * block.shortcutStd(), within(1e-4));
    // Going back the branch multiplies by the factor where the input is not zero, as the ReLU
    // after the sum lets nothing through elsewhere.
    assertThat(block.gradientShare()).isCloseTo(size / (1 + size), within(1e-5));
  }

  @Test
  void a_channel_that_is_off_on_every_image_is_dead() throws IOException {
    LensResult result =
        look(
            model(
                values -> {
                  values.get("layer2.1.bn1.weight")[3] = 0;
                  values.get("layer2.1.bn1.bias")[3] = -1;
                }));
    LensBlock block = block(result, "layer2.1");
    assertThat(block.channels()).isEqualTo(16); // Eight behind bn1, eight behind the sum.
    assertThat(block.dead()).isEqualTo(1);
    assertThat(block(result, "layer2.0").dead()).isZero();
    assertThat(result.findings())
        .anyMatch(f -> f.what().contains("channels give nothing on any of 12 images"));
  }

  @Test
  void what_the_stem_stored_of_other_data_is_a_problem() throws IOException {
    LensResult result =
        look(
            model(
                values -> {
                  Arrays.fill(values.get("conv1.weight"), 0);
                  Arrays.fill(values.get("bn1.running_mean"), 3);
                  Arrays.fill(values.get("bn1.running_var"), 4);
                }));
    LensDrift drift = result.stemDrift();
    // Zeros are 3 / 2 deviations from what was stored, and do not vary: ln(1e-5 / 4).
    assertThat(drift).isNotNull();
    assertThat(drift.mean()).isCloseTo(1.5, within(1e-4));
    assertThat(drift.largestMean()).isCloseTo(1.5, within(1e-4));
    assertThat(drift.variance()).isCloseTo(Math.log(4 / 1e-5), within(1e-2));
    assertThat(result.findings().get(0).weight()).isEqualTo(Figure.Weight.PROBLEM);
    assertThat(result.findings())
        .anyMatch(
            f ->
                f.what().startsWith("What reaches the batch norms is not what they stored, in the")
                    && f.advice().contains("from the stem on"));
  }

  @Test
  void all_branches_zero_leave_the_shortest_path() throws IOException {
    LensResult result =
        look(
            model(
                values ->
                    TWO_BLOCKS
                        .units()
                        .forEach(u -> Arrays.fill(values.get(u.name() + ".bn2.weight"), 0))));
    LensPaths paths = result.paths();
    assertThat(paths).isNotNull();
    assertThat(paths.units()).isEqualTo(6);
    assertThat(paths.gradientFrom()).isZero();
    assertThat(paths.gradientTo()).isZero();
    assertThat(paths.lengths().get(0).share()).isEqualTo(1);
    assertThat(paths.lengths().get(1).gradient()).isZero();
    // Nothing that is removed is missed.
    assertThat(result.removed()).allMatch(l -> l.error() == 1 - result.top1());
    assertThat(result.removed().stream().map(LensLesion::count)).containsExactly(0, 1, 2, 3, 4, 6);
  }

  @Test
  void counts_images_and_spreads_them() throws IOException {
    LensResult result = look(model(values -> {}));
    assertThat(result.images()).isEqualTo(IMAGES);
    assertThat(result.testImages()).isEqualTo(1_000);
    assertThat(result.top1()).isEqualTo(1 - (double) result.mistakes() / IMAGES);
    try (LensSubject opened = LensSubject.open(plan(folder.resolve("model"), IMAGES))) {
      List<Integer> labels = new ArrayList<>();
      opened.visit(
          0,
          opened.batches(),
          (batch, images) -> Arrays.stream(batch.labels()).forEach(labels::add));
      List<Integer> spread = new ArrayList<>();
      for (int i = 0; i < IMAGES; i++) {
        spread.add(Shapes.test(0).label(i * 1_000 / IMAGES));
      }
      assertThat(labels).isEqualTo(spread);
    }
  }

  @Test
  void goes_on_after_a_stop_as_if_nothing_had_happened() throws IOException {
    Path model = model(values -> {});
    LensResult whole = look(model);
    List<StudyEvent> events = new ArrayList<>();
    Path out = folder.resolve("stopped");
    assertThatThrownBy(
            () ->
                Lens.run(
                    plan(model, IMAGES),
                    Optional.of(out),
                    "test",
                    events::add,
                    () -> finished(events) == 4))
        .isInstanceOf(StudyStoppedException.class);
    List<StudyEvent> rest = new ArrayList<>();
    LensResult resumed = Lens.resume(out, rest::add, () -> false);
    assertThat(finished(rest)).isEqualTo(((StudyEvent.Started) rest.get(0)).cells() - 4L);
    assertSame(resumed, whole);
    List<StudyEvent> none = new ArrayList<>();
    assertSame(Lens.resume(out, none::add, () -> false), whole);
    assertThat(none).hasSize(1); // That it began.
  }

  private static long finished(List<StudyEvent> events) {
    return events.stream().filter(StudyEvent.Finished.class::isInstance).count();
  }

  /** But for folder and time. */
  private static void assertSame(LensResult one, LensResult other) {
    assertThat(one).usingRecursiveComparison().ignoringFields("folder", "seconds").isEqualTo(other);
  }

  @Test
  void draws_by_its_seed_alone() throws IOException {
    Path model = model(values -> {});
    LensResult first = look(model);
    assertSame(look(plan(model, IMAGES), "again", new ArrayList<>()), first);
    LensPlan other = new LensPlan(model.toString(), "shapes", IMAGES, 5, 8, "fp32");
    LensResult another = look(other, "other", new ArrayList<>());
    assertThat(another.blocks()).isEqualTo(first.blocks());
    assertThat(another.removed()).isNotEqualTo(first.removed());
    assertThat(another.paths()).isNotEqualTo(first.paths());
  }

  @Test
  void leaves_report_results_and_tables() throws IOException {
    LensResult result = look(model(values -> {}));
    Path out = folder.resolve("out");
    assertThat(result.folder()).isEqualTo(out.toString());
    assertThat(out.resolve("report.html")).isNotEmptyFile();
    assertThat(Files.readString(out.resolve("results.json")))
        .contains("\"mostUseful\"", "\"gradientShare\"")
        .doesNotContain("NaN");
    assertThat(Files.readAllLines(out.resolve("blocks.csv"))).hasSize(7);
    // None, five draws of 1 to 4 and one of all 6; none and five draws of 1, 2 and 4 swaps.
    List<String> lesions = Files.readAllLines(out.resolve("lesion.csv"));
    assertThat(lesions.get(0)).isEqualTo("lesion,count,draw,tau,error,loss");
    assertThat(lesions.stream().filter(l -> l.startsWith("removed,6,"))).hasSize(1);
    assertThat(lesions.stream().filter(l -> l.startsWith("permuted,2,"))).hasSize(5);
    assertThat(Files.readAllLines(out.resolve("paths.csv"))).hasSize(8);
  }

  @ParameterizedTest
  @ValueSource(strings = {"resnet14-plain", "resnetv2_14", "resnet14-b", "resnet14-gated"})
  void looks_into_networks_of_any_family(String name) throws IOException {
    Network named =
        Catalogue.network(name)
            .withInput(new Shape(3, 32, 32))
            .withClasses(LensModel.LABELS.size());
    Path model = LensModel.write(folder.resolve("model"), named);
    LensResult result = look(plan(model, 4), "out", new ArrayList<>());
    assertThat(result.blocks().stream().map(LensBlock::name).toList())
        .isEqualTo(named.units().stream().map(Unit::name).toList());
    assertThat(result.blocks()).allMatch(b -> Double.isFinite(b.branchStd()));
    if (named.plain()) {
      assertThat(result.paths()).isNull();
      LensBlock first = block(result, "layer2.0");
      assertThat(first.removal()).isEqualTo(LensBlock.Removal.NONE);
      assertThat(first.lossWithout()).isNull();
      assertThat(first.gradientShare()).isNull();
      assertThat(block(result, "layer2.1").removal()).isEqualTo(LensBlock.Removal.WHOLE);
      assertThat(block(result, "layer2.1").lossWithout()).isPositive();
    } else {
      assertThat(result.blocks())
          .allMatch(b -> b.gradientShare() > 0 && b.gradientShare() < 1 && b.removed());
    }
  }

  @Test
  void refuses_data_of_other_classes_in_one_line() throws IOException {
    Path model = model(values -> {});
    for (String name : List.of("val/cat", "val/dog", "train/cat", "train/dog")) {
      Path parent = Files.createDirectories(folder.resolve("data").resolve(name));
      Files.write(parent.resolve("0.png"), PngEncoder.encode(Shapes.test(1, 1).image(0)));
    }
    LensPlan plan =
        new LensPlan(model.toString(), folder.resolve("data").toString(), 9, 0, 0, "fp32");
    assertThatThrownBy(() -> look(plan, "out", new ArrayList<>()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 2 classes but the model knows 10")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void refuses_a_network_that_gives_no_numbers() throws IOException {
    Path model = model(values -> values.get("fc.bias")[0] = Float.NaN);
    assertThatThrownBy(() -> look(model))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("its loss on these images is NaN");
  }

  @Test
  void refuses_plans_that_cannot_work() throws IOException {
    Path model = model(values -> {});
    assertThatThrownBy(() -> plan(model, 0)).hasMessage("images = 0: must be at least 1");
    assertThatThrownBy(() -> new LensPlan("m", "d", 1, -1, 0, "fp32"))
        .hasMessageContaining("batch = -1");
    assertThatThrownBy(
            () -> look(new LensPlan(model.toString(), "shapes", 1, 1, 0, "fp8"), "out", List.of()))
        .hasMessageContaining("precision = fp8");
    look(model);
    assertThatThrownBy(() -> look(model))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> Lens.resume(folder.resolve("model"), e -> {}, () -> false))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("study.json is missing");
  }

  @Test
  void foresees_its_work_without_doing_it() throws IOException {
    Path model = model(values -> {});
    Lens.Forecast forecast = Lens.forecast(plan(model, IMAGES));
    assertThat(forecast.blocks()).isEqualTo(6);
    assertThat(forecast.removable()).isEqualTo(6);
    assertThat(forecast.images()).isEqualTo(IMAGES);
    assertThat(forecast.batch()).isEqualTo(5);
    assertThat(forecast.seconds()).isPositive();
    List<StudyEvent> events = new ArrayList<>();
    look(plan(model, IMAGES), "out", events);
    assertThat(((StudyEvent.Started) events.get(0)).cells()).isEqualTo(forecast.cells());
    assertThat(finished(events)).isEqualTo(forecast.cells());
  }
}

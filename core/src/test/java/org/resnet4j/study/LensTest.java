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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.arch.Shape;
import org.resnet4j.arch.ShortcutOption;
import org.resnet4j.arch.Unit;
import org.resnet4j.data.DataException;
import org.resnet4j.data.image.PngEncoder;
import org.resnet4j.data.shapes.Shapes;
import org.resnet4j.train.RunException;

/** The health report of networks whose figures follow from their weights. */
class LensTest {
  /** Two blocks of 4, 8 and 16 channels. */
  private static final Network TWO_BLOCKS =
      Catalogue.cifar(2, 4, ShortcutOption.A).withClasses(LensModel.LABELS.size());

  private static final int IMAGES = 6;

  @TempDir private static Path shared;

  private static Path knownModel;
  private static LensResult known;
  private static Lens.Forecast foreseen;
  private static final List<StudyEvent> TOLD = new ArrayList<>();

  @TempDir private Path folder;

  @BeforeAll
  static void look_at_known_weights() throws IOException {
    knownModel = LensModel.write(shared.resolve("model"), TWO_BLOCKS, LensTest::know);
    foreseen = Lens.forecast(plan(knownModel, IMAGES));
    known =
        Lens.run(
            plan(knownModel, IMAGES),
            Optional.of(shared.resolve("out")),
            "test",
            TOLD::add,
            () -> false);
  }

  private static void know(Map<String, float[]> values) {
    multiply(values, "layer1.1", 4, 0.5f);
    multiply(values, "layer2.1", 8, -0.25f);
    values.get("layer2.0.bn1.weight")[3] = 0;
    values.get("layer2.0.bn1.bias")[3] = -1;
    Arrays.fill(values.get("layer3.1.bn2.weight"), 0);
  }

  /** Makes the branch of a block a multiple of its input. */
  private static void multiply(
      Map<String, float[]> values, String block, int channels, float factor) {
    values.put(block + ".conv1.weight", LensModel.copying(channels, 1));
    values.put(block + ".conv2.weight", LensModel.copying(channels, factor));
    for (String norm : List.of(".bn1", ".bn2")) {
      // With what batch norm adds, the root is one.
      Arrays.fill(values.get(block + norm + ".running_var"), 1 - 1e-5f);
    }
  }

  private static LensPlan plan(Path model, int images) {
    return new LensPlan(model.toString(), "shapes", images, 4, 2, 7, "fp32");
  }

  private LensResult look(LensPlan plan, String out) {
    return Lens.run(plan, Optional.of(folder.resolve(out)), "test", event -> {}, () -> false);
  }

  private static LensBlock block(LensResult result, String name) {
    return result.blocks().stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void a_branch_that_gives_zero_can_be_missed() {
    LensBlock zero = block(known, "layer3.1");
    assertThat(zero.branchStd()).isZero();
    assertThat(zero.shortcutStd()).isPositive();
    assertThat(zero.ratio()).isZero();
    assertThat(zero.cosine()).isZero();
    assertThat(zero.gradientShare()).isZero();
    assertThat(zero.lossWithout()).isEqualTo(known.loss());
    assertThat(zero.top1Without()).isEqualTo(known.top1());
    assertThat(zero.lossChange()).isZero();
    assertThat(zero.broken()).isZero();
    assertThat(zero.fixed()).isZero();
    assertThat(known.findings())
        .anyMatch(f -> f.what().contains("shortcut in layer3.1: nearly identities"));
  }

  @ParameterizedTest
  @CsvSource({"layer1.1, 0.5", "layer2.1, -0.25"})
  void a_branch_that_multiplies_its_input_has_that_ratio(String name, double factor) {
    LensBlock block = block(known, name);
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
  void a_channel_that_is_off_on_every_image_is_dead() {
    LensBlock block = block(known, "layer2.0");
    assertThat(block.channels()).isEqualTo(16); // Eight behind bn1, eight behind the sum.
    assertThat(block.dead()).isEqualTo(1);
    assertThat(block(known, "layer1.0").dead()).isZero();
    assertThat(known.findings())
        .anyMatch(f -> f.what().contains("channels give nothing on any of 6 images"));
  }

  @Test
  void all_branches_zero_leave_the_shortest_path() throws IOException {
    Path model =
        LensModel.write(
            folder.resolve("model"),
            TWO_BLOCKS,
            values ->
                TWO_BLOCKS
                    .units()
                    .forEach(u -> Arrays.fill(values.get(u.name() + ".bn2.weight"), 0)));
    LensResult result = look(plan(model, IMAGES), "out");
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
  void takes_images_of_every_class_though_classes_come_in_turn() throws IOException {
    List<Integer> labels = new ArrayList<>();
    // Every fifth image of shapes, whose labels are 0 to 9 in turn, would have two classes.
    try (LensSubject subject = LensSubject.open(plan(knownModel, 200))) {
      subject.visit(
          0,
          subject.batches(),
          (batch, images) -> Arrays.stream(batch.labels()).forEach(labels::add));
      assertThat(subject.testImages()).isEqualTo(1_000);
    }
    assertThat(labels).hasSize(200);
    for (int label = 0; label < 10; label++) {
      // 20 expected; ten standard deviations of sampling without return are 38.
      assertThat(labels.stream().filter(Integer.valueOf(label)::equals).count()).isBetween(6L, 36L);
    }
  }

  @Test
  void a_model_that_changed_since_the_lens_began_is_refused() throws IOException {
    Path model = folder.resolve("changing");
    copy(knownModel, model);
    Path out = folder.resolve("stale");
    Lens.run(plan(model, IMAGES), Optional.of(out), "test", event -> {}, () -> false);
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    assertThatThrownBy(() -> Lens.resume(out, event -> {}, () -> false))
        .hasMessageContaining("the model " + model + " has changed since the study began");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void goes_on_after_a_stop_as_if_nothing_had_happened() {
    List<StudyEvent> events = new ArrayList<>();
    Path out = folder.resolve("stopped");
    assertThatThrownBy(
            () ->
                Lens.run(
                    plan(knownModel, IMAGES),
                    Optional.of(out),
                    "test",
                    events::add,
                    () -> finished(events) == 4))
        .isInstanceOf(StudyStoppedException.class);
    List<StudyEvent> rest = new ArrayList<>();
    assertSame(Lens.resume(out, rest::add, () -> false), known);
    assertThat(finished(rest)).isEqualTo(finished(TOLD) - 4);
    List<StudyEvent> none = new ArrayList<>();
    assertSame(Lens.resume(out, none::add, () -> false), known);
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
  void draws_otherwise_with_another_seed() {
    LensPlan other = new LensPlan(knownModel.toString(), "shapes", IMAGES, 4, 2, 8, "fp32");
    LensResult result = look(other, "other");
    assertThat(result.images()).isEqualTo(known.images());
    assertThat(result.blocks()).isNotEqualTo(known.blocks()); // Of other images.
    assertThat(result.removed()).isNotEqualTo(known.removed());
    assertThat(result.paths()).isNotEqualTo(known.paths());
  }

  @Test
  void does_what_it_foresaw() {
    assertThat(foreseen.blocks()).isEqualTo(6);
    assertThat(foreseen.removable()).isEqualTo(6);
    assertThat(foreseen.images()).isEqualTo(IMAGES);
    assertThat(foreseen.batch()).isEqualTo(4);
    assertThat(foreseen.seconds()).isPositive();
    assertThat(finished(TOLD)).isEqualTo(foreseen.cells());
    assertThat(known.images()).isEqualTo(IMAGES);
    assertThat(known.testImages()).isEqualTo(1_000);
    assertThat(known.top1()).isEqualTo(1 - (double) known.mistakes() / IMAGES);
  }

  @Test
  void leaves_report_results_and_tables() throws IOException {
    Path out = shared.resolve("out");
    assertThat(known.folder()).isEqualTo(out.toString());
    assertThat(out.resolve("report.html")).isNotEmptyFile();
    assertThat(Files.readString(out.resolve("results.json")))
        .contains("\"mostUseful\"", "\"gradientShare\"")
        .doesNotContain("NaN");
    assertThat(Files.readAllLines(out.resolve("blocks.csv"))).hasSize(7);
    // All six blocks can be cut in one way; the two of the first stage can change places.
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
    LensResult result = look(plan(model, 2), "out");
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
    for (String name : List.of("val/cat", "val/dog", "train/cat", "train/dog")) {
      Path parent = Files.createDirectories(folder.resolve("data").resolve(name));
      Files.write(parent.resolve("0.png"), PngEncoder.encode(Shapes.test(1, 1).image(0)));
    }
    LensPlan plan =
        new LensPlan(knownModel.toString(), folder.resolve("data").toString(), 9, 0, 1, 0, "fp32");
    assertThatThrownBy(() -> look(plan, "out"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("has 2 classes but the model knows 10")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    assertThat(folder.resolve("out")).doesNotExist();
  }

  @Test
  void refuses_a_network_that_gives_no_numbers() throws IOException {
    Path model =
        LensModel.write(folder.resolve("model"), TWO_BLOCKS, v -> v.get("fc.bias")[0] = Float.NaN);
    assertThatThrownBy(() -> look(plan(model, IMAGES), "out"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("its loss on these images is NaN");
  }

  @Test
  void refuses_plans_that_cannot_work() throws IOException {
    assertThatThrownBy(() -> plan(knownModel, 0)).hasMessage("images = 0: must be at least 1");
    assertThatThrownBy(() -> new LensPlan("m", "d", 1, -1, 1, 0, "fp32"))
        .hasMessageContaining("batch = -1");
    assertThatThrownBy(() -> new LensPlan("m", "d", 1, 0, 0, 0, "fp32"))
        .hasMessageContaining("paths = 0");
    LensPlan fp8 = new LensPlan(knownModel.toString(), "shapes", 1, 1, 1, 0, "fp8");
    assertThatThrownBy(() -> look(fp8, "out")).hasMessageContaining("precision = fp8");
    Files.createDirectory(folder.resolve("out"));
    assertThatThrownBy(() -> look(plan(knownModel, IMAGES), "out"))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> Lens.resume(knownModel, e -> {}, () -> false))
        .isInstanceOf(RunException.class)
        .hasMessageContaining("study.json is missing");
  }
}

package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.Promise;
import tools.jackson.databind.JsonNode;

/** The command line as a process: exit status, standard output, standard error and files. */
class EndToEndTest {
  /** A checkpoint of resnet8 has 600 KB, its recipe, metrics and events a few. */
  private static final int LESS_THAN_A_CHECKPOINT = 300;

  @TempDir private static Path shared;
  private static Path squares;
  private static Path run;
  private static Program.Result trained;

  @TempDir private Path folder;

  @BeforeAll
  static void train_once() throws Exception {
    squares = ColouredSquares.draw(shared.resolve("squares"), 3);
    run = shared.resolve("run");
    trained = new Program(shared).run(train(squares, run, "--json"));
  }

  private static String[] train(Path data, Path out, String... more) {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("train", "--data", data.toString(), "--model", "resnet8"));
    arguments.addAll(List.of("--out", out.toString(), "--set", "epochs=0"));
    arguments.addAll(List.of("--set", "iterations=6", "--set", "batch=10"));
    arguments.addAll(List.of("--set", "precision=fp32", "--set", "device=cpu"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private Program program() {
    return new Program(folder);
  }

  /** Fails with that status and a message in one or two lines; nothing on standard output. */
  private static void assertFails(Program.Result result, int status, String... said) {
    assertThat(result.status()).as(result.err()).isEqualTo(status);
    assertThat(result.out()).isEmpty();
    assertSays(result, said);
  }

  private static void assertSays(Program.Result result, String... said) {
    assertThat(result.error()).hasSizeBetween(1, 2);
    assertThat(String.join("\n", result.error())).contains(said);
    assertThat(result.err()).doesNotContain("\tat ", "Exception");
  }

  private static Map<String, byte[]> files(Path root) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> below = Files.walk(root)) {
      for (Path file : below.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void train_prints_its_document_and_leaves_a_run_folder() throws Exception {
    assertThat(trained.status()).as(trained.err()).isZero();
    JsonNode document = trained.document();
    assertThat(document.get("run").asString()).isEqualTo(run.toString());
    assertThat(document.get("model").asString()).isEqualTo("resnet8");
    assertThat(document.get("epochs").asInt()).isEqualTo(2);
    assertThat(document.get("seconds").asDouble()).isPositive();
    assertThat(document.get("imagesPerSecond").asDouble()).isPositive();
    assertThat(document.get("train").get("loss").asDouble()).isBetween(0.0, 10.0);
    assertThat(document.get("train").get("top1").asDouble()).isBetween(0.0, 1.0);
    JsonNode test = document.get("test");
    assertThat(test.get("images").asInt()).isEqualTo(6);
    assertThat(test.get("top1").asDouble()).isEqualTo(1 - test.get("mistakes").asInt() / 6.0);
    assertThat(test.get("top5").asDouble()).isEqualTo(1);
    assertThat(test.get("loss").asDouble()).isPositive();
    for (String file :
        List.of(
            "model/config.json",
            "model/model.safetensors",
            "model/README.md",
            "metrics.csv",
            "recipe.yaml",
            "report.html")) {
      assertThat(run.resolve(file)).isNotEmptyFile();
    }
    assertThat(files(run).keySet()).anyMatch(name -> name.contains("events.out.tfevents."));
    assertThat(files(run).keySet()).noneMatch(name -> name.endsWith(".tmp"));
    assertThat(Files.readAllLines(run.resolve("metrics.csv"))).hasSize(3);
    assertThat(Files.readString(run.resolve("recipe.yaml"))).contains("iterations: 6\n");
    assertThat(trained.error()).isEmpty();
    assertThat(trained.err()).contains("resnet8", "30 training and 6 test images");
  }

  @Test
  void evaluate_finds_the_mistakes_that_train_reported() throws Exception {
    Program.Result result =
        program()
            .run(
                "evaluate",
                run.toString(),
                "--data",
                squares.toString(),
                "--precision",
                "fp32",
                "--json");
    assertThat(result.status()).as(result.err()).isZero();
    JsonNode document = result.document();
    JsonNode test = trained.document().get("test");
    assertThat(document.get("images")).isEqualTo(test.get("images"));
    assertThat(document.get("mistakes")).isEqualTo(test.get("mistakes"));
    assertThat(document.get("top1").asDouble()).isEqualTo(test.get("top1").asDouble());
    assertThat(document.get("loss").asDouble())
        .isCloseTo(
            test.get("loss").asDouble(), org.assertj.core.data.Percentage.withPercentage(0.1));
  }

  @Test
  void export_says_whether_the_file_was_checked() throws Exception {
    String[] arguments = {"export", run.toString(), "--format", "onnx", "-o", "a.onnx"};
    Program.Result checked = program().run(arguments);
    assertThat(checked.status()).as(checked.err()).isZero();
    assertThat(checked.err()).isEmpty();
    assertThat(checked.out().lines())
        .satisfiesExactly(
            line -> assertThat(line).matches("a\\.onnx: 30\\d,\\d{3} bytes, fp32"),
            line ->
                assertThat(line)
                    .matches(
                        "checked with ONNX Runtime 1\\.\\S+: largest difference \\d\\.\\de-0\\d of"
                            + " the logits' range, at most 1e-04"));
    byte[] file = Files.readAllBytes(folder.resolve("a.onnx"));
    assertFails(program().run(arguments), 2, "a.onnx exists", "--force");
    String[] forced = {"export", run.toString(), "--format", "onnx", "-o", "a.onnx", "--force"};
    Program.Result unchecked = program().runWithout("onnxruntime", forced);
    assertThat(unchecked.status()).as(unchecked.err()).isZero();
    assertThat(unchecked.out())
        .endsWith("not checked: ONNX Runtime is not on the class path" + System.lineSeparator());
    assertThat(folder.resolve("a.onnx")).hasBinaryContent(file);
  }

  @Test
  void evaluate_refuses_data_with_another_number_of_classes() throws Exception {
    Path two = ColouredSquares.draw(folder.resolve("two"), 2);
    assertFails(
        program().run("evaluate", run.toString(), "--data", two.toString()),
        3,
        two.toString(),
        "2 classes",
        "the model knows 3");
  }

  @Test
  void evaluate_refuses_data_with_other_classes() throws Exception {
    Path other = ColouredSquares.draw(folder.resolve("other"), 3);
    Files.move(other.resolve("green"), other.resolve("grass"));
    assertFails(
        program().run("evaluate", run.toString(), "--data", other.toString()),
        3,
        other.toString(),
        "class 1 is \"grass\"",
        "the model's is \"green\"");
  }

  @Test
  void predict_answers_for_good_images_and_reports_the_torn_one() throws Exception {
    Path images = ColouredSquares.draw(folder.resolve("images"), 1).resolve("blue");
    String torn = ColouredSquares.tear(images.resolve("1.png")).toString();
    String first = images.resolve("0.png").toString();
    String last = images.resolve("2.png").toString();
    Program.Result result =
        program().run("predict", run.toString(), first, torn, last, "--top", "2", "--json");
    assertThat(result.status()).as(result.err()).isEqualTo(3);
    assertSays(result, torn);
    JsonNode document = result.document();
    assertThat(document.size()).isEqualTo(3);
    assertPredictions(document.get(0), first);
    assertPredictions(document.get(2), last);
    assertThat(document.get(1).get("file").asString()).isEqualTo(torn);
    assertThat(document.get(1).get("error").asString()).contains(torn);
    assertThat(document.get(1).has("predictions")).isFalse();
  }

  private static void assertPredictions(JsonNode answer, String file) {
    assertThat(answer.get("file").asString()).isEqualTo(file);
    JsonNode predictions = answer.get("predictions");
    assertThat(predictions.size()).isEqualTo(2);
    List<String> labels = List.of("blue", "green", "red");
    for (JsonNode prediction : predictions) {
      assertThat(prediction.get("label").asString())
          .isEqualTo(labels.get(prediction.get("index").asInt()));
    }
    double most = predictions.get(0).get("probability").asDouble();
    double next = predictions.get(1).get("probability").asDouble();
    assertThat(most).isGreaterThanOrEqualTo(next);
    assertThat(next).isNotNegative();
    assertThat(most + next).isBetween(2 / 3.0, 1 + 1e-6);
  }

  @Test
  void predict_without_json_prints_text_and_ends_well() throws Exception {
    Program.Result result =
        program().run("predict", run.toString(), squares.resolve("red/0.png").toString());
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out()).startsWith(squares.resolve("red/0.png").toString()).contains(" %");
    assertThat(result.out().lines()).hasSize(4);
    assertThat(result.err()).isEmpty();
  }

  /** Running a model, with the names of all classes that the JVM loaded. */
  private String classesLoaded(String threads, String... arguments) throws Exception {
    Path log = folder.resolve("classes");
    String[] launch =
        Stream.concat(Stream.of(arguments), Stream.of("--json")).toArray(String[]::new);
    Program.Result result =
        program()
            .runWith(
                Map.of(
                    "JDK_JAVA_OPTIONS",
                    "-Xlog:class+load:file=" + log,
                    "RESNET4J_THREADS",
                    threads),
                launch);
    assertThat(result.status()).as(result.err()).isZero();
    return Files.readString(log);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void models_run_on_the_processor_without_libtorch() throws Exception {
    String image = squares.resolve("red/0.png").toString();
    assertThat(classesLoaded("", "predict", run.toString(), image))
        .contains("org.bytedeco.dnnl.")
        .doesNotContain("org.bytedeco.pytorch.", "org.bytedeco.openblas.");
    assertThat(classesLoaded("", "evaluate", run.toString(), "--data", squares.toString()))
        .contains("org.bytedeco.dnnl.")
        .doesNotContain("org.bytedeco.pytorch.", "org.bytedeco.openblas.");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void another_number_of_threads_than_openmps_takes_libtorch() throws Exception {
    String image = squares.resolve("red/0.png").toString();
    assertThat(classesLoaded("2", "predict", run.toString(), image))
        .contains("org.bytedeco.pytorch.global.torch ", "org.bytedeco.openblas.");
  }

  @Test
  void train_leaves_a_folder_alone_that_exists() throws Exception {
    Map<String, byte[]> before = files(run);
    assertFails(program().run(train(squares, run)), 3, run + ": exists already", "--resume");
    assertThat(files(run)).containsExactlyEntriesOf(before);
  }

  @Test
  void train_suggests_a_key_for_one_that_does_not_exist() throws Exception {
    Path out = folder.resolve("run");
    assertFails(
        program().run(train(squares, out, "--set", "iteratons=9")),
        2,
        "unknown key \"iteratons\"",
        "did you mean",
        "iterations");
    assertThat(out).doesNotExist();
  }

  @Test
  void train_refuses_a_negative_learning_rate() throws Exception {
    Path out = folder.resolve("run");
    assertFails(program().run(train(squares, out, "--set", "rate=-1")), 2, "rate = -1", "above 0");
    assertThat(out).doesNotExist();
  }

  @Test
  void train_that_cannot_begin_leaves_no_folder() throws Exception {
    Path out = folder.resolve("run");
    assertFails(program().run(train(squares, out, "--set", "batch=2000000000")), 2, "batch", "fit");
    assertThat(out).doesNotExist();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void a_wrong_number_of_threads_is_a_usage_error() throws Exception {
    String image = squares.resolve("red/0.png").toString();
    assertFails(
        program().runWith(Map.of("RESNET4J_THREADS", "many"), "predict", run.toString(), image),
        2,
        "RESNET4J_THREADS = \"many\": must be a whole number");
  }

  @Test
  void train_refuses_a_data_folder_that_does_not_exist() throws Exception {
    Path out = folder.resolve("run");
    Path nowhere = folder.resolve("nowhere");
    assertFails(program().run(train(nowhere, out)), 3, nowhere + ": there is no such");
    assertThat(out).doesNotExist();
  }

  @Test
  @Promise(
      id = "A10",
      fault = "a class folder without images",
      holds = "refused before anything is made, naming it; exit 3")
  void train_refuses_an_empty_class_folder() throws Exception {
    Path data = ColouredSquares.draw(folder.resolve("data"), 2);
    Files.createDirectory(data.resolve("empty"));
    Path out = folder.resolve("run");
    assertFails(program().run(train(data, out)), 3, data.toString(), "empty", "class folder");
    assertThat(out).doesNotExist();
  }

  @Test
  void train_names_the_image_that_cannot_be_read() throws Exception {
    Path data = ColouredSquares.draw(folder.resolve("data"), 3);
    Path torn = ColouredSquares.tear(data.resolve("green/3.png"));
    assertFails(program().run(train(data, folder.resolve("run"))), 3, torn.toString());
  }

  @Test
  @Promise(
      id = "A10",
      fault = "images that are damaged, `unreadable: skip`",
      holds = "left out, counted and named")
  void train_skips_counts_and_names_unreadable_images_if_asked_to() throws Exception {
    Path data = ColouredSquares.draw(folder.resolve("data"), 3);
    Path torn = ColouredSquares.tear(data.resolve("green/3.png"));
    Program.Result result =
        program().run(train(data, folder.resolve("run"), "--set", "unreadable=skip"));
    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.err()).contains("skipped 1 unreadable image", torn.toString());
    assertThat(result.out()).startsWith("resnet8: test top-1 ");
  }

  @Test
  void train_refuses_images_smaller_than_the_stride_of_the_network() throws Exception {
    Path out = folder.resolve("run");
    Program.Result result = program().run(train(squares, out, "--set", "model=resnet18"));
    assertThat(result.status()).isIn(2, 3);
    assertSays(result, "resnet18", "16");
    assertThat(out).doesNotExist();
  }

  @Test
  void train_says_at_what_step_it_diverged() throws Exception {
    assertFails(
        program()
            .run(
                train(
                    squares,
                    folder.resolve("run"),
                    "--set=rate=900",
                    "--set=weight-decay=0.1",
                    "--set=schedule=constant",
                    "--set=warmup=0",
                    "--set=iterations=300")),
        4,
        "training diverged",
        "at step",
        "learning rate 900");
  }

  private static String[] longer(Path out) {
    return train(squares, out, "--set", "iterations=30", "--set", "batch=3");
  }

  private Path interrupted() throws IOException, InterruptedException {
    Path out = folder.resolve("interrupted");
    Program.Result result = program().interruptOnceItSays(List.of("run folder"), longer(out));
    assertThat(result.status()).as(result.err()).isEqualTo(Program.interrupted());
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains("stopped at step ", "train --resume " + out);
    assertThat(result.err()).doesNotContain("\tat ");
    assertThat(checkpoints(out)).isNotEmpty();
    assertThat(out.resolve("model")).doesNotExist();
    return out;
  }

  private static Map<String, byte[]> checkpoints(Path out) throws IOException {
    return files(out.resolve("checkpoints"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  @Promise(id = "A8", fault = "`--resume` after Ctrl-C", holds = "the same bits")
  void an_interrupted_run_goes_on_to_the_weights_of_one_that_was_not() throws Exception {
    Path interrupted = interrupted();
    Program.Result resumed = program().run("train", "--resume", interrupted.toString(), "--json");
    assertThat(resumed.status()).as(resumed.err()).isZero();
    assertThat(resumed.err()).contains("goes on after step ");
    Path straight = folder.resolve("straight");
    assertThat(program().run(longer(straight)).status()).isZero();
    assertThat(interrupted.resolve("model/model.safetensors"))
        .hasSameBinaryContentAs(straight.resolve("model/model.safetensors"));
    assertThat(resumed.document().get("run").asString()).isEqualTo(interrupted.toString());
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  @Promise(
      id = "A5",
      fault = "a limit on the size of files, as a full disk",
      holds = "exit 5, one line, the checkpoint before is whole and used")
  void a_checkpoint_that_does_not_fit_the_disk_leaves_the_one_before_whole() throws Exception {
    Path interrupted = interrupted();
    Map<String, byte[]> before = checkpoints(interrupted);
    assertFails(
        program()
            .runWithFilesUpTo(LESS_THAN_A_CHECKPOINT, "train", "--resume", interrupted.toString()),
        5,
        "checkpoint not saved",
        "File too large",
        "--resume");
    assertThat(checkpoints(interrupted)).containsExactlyEntriesOf(before);
    Program.Result resumed = program().run("train", "--resume", interrupted.toString());
    assertThat(resumed.status()).as(resumed.err()).isZero();
  }
}

package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.data.DataException;
import org.resnet4j.infer.Classification;
import org.resnet4j.infer.Prediction;
import org.resnet4j.train.Choice;
import org.resnet4j.train.Evaluation;
import org.resnet4j.train.Outcome;
import tools.jackson.databind.JsonNode;

class ResultsTest {
  private static final Terminal TERMINAL = new Terminal(false, false, false, 80, "./resnet4j");

  /** Ten images: of 6 cats 5 were found, of 4 dogs 3; nothing else was predicted. */
  private static final Evaluation EVALUATION =
      new Evaluation(
          10, 2, 0.5, 0, List.of("cat", "dog"), new long[][] {{5, 1}, {1, 3}}, List.of());

  private static String printed(Consumer<PrintWriter> printer) {
    StringWriter text = new StringWriter();
    printer.accept(new PrintWriter(text, true));
    return text.toString();
  }

  private static JsonNode document(Object result) {
    return new CommandRun(0, printed(out -> Json.print(out, result)), "").document();
  }

  private static Outcome outcome(Evaluation test) {
    return outcome(test, Optional.empty());
  }

  private static Outcome outcome(Evaluation test, Optional<Choice> choice) {
    return new Outcome(
        Path.of("my runs", "a"),
        Catalogue.network("resnet20"),
        6,
        151.2,
        511.6,
        0.25,
        0.9,
        test,
        Optional.empty(),
        choice,
        List.of());
  }

  @Test
  void training_ends_with_the_result_and_the_next_command() {
    assertThat(printed(out -> TrainResult.of(outcome(EVALUATION)).print(out, TERMINAL)).lines())
        .containsExactly(
            "resnet20: test top-1 80.0 % (2 of 10 images wrong), loss 0.500;"
                + " 6 epochs in 2:31, 512 images/s",
            "10 images do not say it closer than 49.0 % to 94.3 % (95 % interval, Wilson)",
            "next: ./resnet4j predict 'my runs/a/model' some.png");
  }

  private static Outcome chosen() {
    Choice.Validated last = new Choice.Validated(6, 0.75, 0.5, 1);
    Choice.Validated best = new Choice.Validated(4, 0.5, 0.75, Double.NaN);
    return outcome(EVALUATION, Optional.of(new Choice(1200, last, best, EVALUATION)));
  }

  @Test
  void training_with_validation_images_tells_the_best_epoch_too() {
    assertThat(printed(out -> TrainResult.of(chosen()).print(out, TERMINAL)).lines())
        .containsExactly(
            "resnet20: test top-1 80.0 % (2 of 10 images wrong), loss 0.500;"
                + " 6 epochs in 2:31, 512 images/s",
            "10 images do not say it closer than 49.0 % to 94.3 % (95 % interval, Wilson)",
            "best epoch by 1,200 validation images: 4 of 6 (my runs/a/best),"
                + " test top-1 80.0 % (2 of 10 images wrong)",
            "next: ./resnet4j predict 'my runs/a/model' some.png");
  }

  @Test
  void a_document_has_the_best_epoch_or_null() {
    JsonNode validation = document(TrainResult.of(chosen())).get("validation");
    assertThat(validation.get("images").asInt()).isEqualTo(1200);
    assertThat(validation.get("last").get("epoch").asInt()).isEqualTo(6);
    assertThat(validation.get("best").get("epoch").asInt()).isEqualTo(4);
    assertThat(validation.get("best").get("top1").asDouble()).isEqualTo(0.75);
    assertThat(validation.get("best").get("top5").isNull()).isTrue();
    assertThat(validation.get("bestModel").asString()).isEqualTo("my runs/a/best");
    assertThat(validation.get("bestTest").get("mistakes").asInt()).isEqualTo(2);
    assertThat(document(TrainResult.of(outcome(EVALUATION))).get("validation").isNull()).isTrue();
  }

  @Test
  void training_has_a_document() {
    JsonNode document = document(TrainResult.of(outcome(EVALUATION)));
    assertThat(document.get("run").asString()).isEqualTo("my runs/a");
    assertThat(document.get("model").asString()).isEqualTo("resnet20");
    assertThat(document.get("epochs").asInt()).isEqualTo(6);
    assertThat(document.get("seconds").asDouble()).isEqualTo(151.2);
    assertThat(document.get("imagesPerSecond").asDouble()).isEqualTo(511.6);
    assertThat(document.get("train").get("loss").asDouble()).isEqualTo(0.25);
    assertThat(document.get("train").get("top1").asDouble()).isEqualTo(0.9);
    assertThat(document.get("test").get("top1").asDouble()).isEqualTo(0.8);
    assertThat(document.get("test").get("top5").asDouble()).isEqualTo(1);
    assertThat(document.get("test").get("images").asInt()).isEqualTo(10);
    assertThat(document.get("test").get("mistakes").asInt()).isEqualTo(2);
  }

  @Test
  void what_is_not_a_number_is_null_in_a_document() {
    Evaluation none = new Evaluation(0, 0, Double.NaN, 0, List.of(), new long[0][], List.of());
    JsonNode test = document(TrainResult.of(outcome(none))).get("test");
    assertThat(test.get("loss").isNull()).isTrue();
    assertThat(test.get("top1").isNull()).isTrue();
  }

  @Test
  void evaluation_has_a_document() {
    JsonNode document =
        document(EvaluateResult.of("runs/a/model", "pets", "bf16", "flip", EVALUATION));
    assertThat(document.get("model").asString()).isEqualTo("runs/a/model");
    assertThat(document.get("data").asString()).isEqualTo("pets");
    assertThat(document.get("precision").asString()).isEqualTo("bf16");
    assertThat(document.get("views").asString()).isEqualTo("flip");
    assertThat(document.get("mistakes").asInt()).isEqualTo(2);
    assertThat(document.get("top1").asDouble()).isEqualTo(0.8);
    assertThat(document.get("loss").asDouble()).isEqualTo(0.5);
    JsonNode dog = document.get("classes").get(1);
    assertThat(dog.get("label").asString()).isEqualTo("dog");
    assertThat(dog.get("images").asInt()).isEqualTo(4);
    assertThat(dog.get("precision").asDouble()).isEqualTo(0.75);
    assertThat(dog.get("recall").asDouble()).isEqualTo(0.75);
    assertThat(document.get("confusion").get(0).get(1).asInt()).isEqualTo(1);
  }

  @Test
  void evaluation_prints_classes_and_confusion() {
    EvaluateResult result = EvaluateResult.of("m", "pets", "fp32", "one", EVALUATION);
    assertThat(printed(result::print).lines())
        .containsExactly(
            "top-1 80.0 % (2 of 10 images wrong), top-5 100.0 %, loss 0.500; fp32",
            "",
            "class  images  precision  recall",
            "cat         6      0.833   0.833",
            "dog         4      0.750   0.750",
            "",
            "confusion: true class down, predicted class across",
            "#  class  0  1",
            "0  cat    5  1",
            "1  dog    1  3");
    EvaluateResult flipped = EvaluateResult.of("m", "pets", "fp32", "flip", EVALUATION);
    assertThat(printed(flipped::print)).contains("loss 0.500; fp32, flip");
  }

  @Test
  void a_confusion_of_more_than_20_classes_is_not_printed() {
    assertThat(printed(ofClasses(20)::print)).contains("confusion:");
    assertThat(printed(ofClasses(21)::print)).doesNotContain("confusion:");
  }

  private static EvaluateResult ofClasses(int classes) {
    List<String> names = IntStream.range(0, classes).mapToObj(c -> "class" + c).toList();
    return EvaluateResult.of(
        "m",
        "d",
        "fp32",
        "one",
        new Evaluation(1, 0, 0, 0, names, new long[classes][classes], List.of()));
  }

  private static final List<Prediction> CAT =
      List.of(new Prediction(0, "cat", 0.9), new Prediction(1, "puppy", 0.1));

  private static List<PredictResult> judged(Path... paths) {
    return PredictResult.of(
        Stream.of(paths).map(ImageFiles::at).toList(),
        files -> files.stream().map(ResultsTest::classified).toList());
  }

  private static Classification classified(Path path) {
    return path.toString().contains("broken")
        ? new Classification.Failure(path, new DataException(path + ": not an image"))
        : new Classification.Success(path, CAT);
  }

  @Test
  void predictions_have_bars_on_a_terminal_only() {
    PredictResult.Success cat = new PredictResult.Success("a.png", CAT);
    assertThat(printed(out -> PredictResult.print(out, cat, true)).lines())
        .containsExactly(
            "a.png", "  cat     90.0 %  ###########################", "  puppy   10.0 %  ###");
    assertThat(printed(out -> PredictResult.print(out, cat, false)).lines())
        .containsExactly("a.png", "  cat     90.0 %", "  puppy   10.0 %");
  }

  @Test
  void an_image_that_fails_does_not_keep_the_others_back() {
    JsonNode document = document(judged(Path.of("broken.png"), Path.of("b.png")));
    assertThat(document.get(0).propertyNames()).containsExactly("file", "error");
    assertThat(document.get(0).get("error").asString()).isEqualTo("broken.png: not an image");
    assertThat(document.get(1).get("file").asString()).isEqualTo("b.png");
    JsonNode best = document.get(1).get("predictions").get(0);
    assertThat(best.get("index").asInt()).isZero();
    assertThat(best.get("label").asString()).isEqualTo("cat");
    assertThat(best.get("probability").asDouble()).isEqualTo(0.9);
  }

  @Test
  void a_folder_stands_for_the_images_below_it_in_order(@TempDir Path folder) throws IOException {
    Files.createDirectories(folder.resolve("b"));
    for (String name : List.of("c.JPG", "b/2.png", "b/1.jpeg", "notes.txt", "broken.png")) {
      Files.createFile(folder.resolve(name));
    }
    assertThat(judged(folder))
        .extracting(result -> folder.relativize(Path.of(result.file())).toString())
        .containsExactly("b/1.jpeg", "b/2.png", "broken.png", "c.JPG");
  }

  @Test
  void a_folder_without_images_is_a_failure_of_its_own(@TempDir Path folder) {
    assertThat(judged(folder, Path.of("a.png")))
        .first()
        .isEqualTo(
            new PredictResult.Failure(
                folder.toString(),
                folder + ": no .jpg, .jpeg or .png file in this folder or below"));
  }

  @Test
  void files_that_a_stop_left_out_have_no_result() {
    List<ImageFiles> files = List.of(ImageFiles.at(Path.of("a.png")), ImageFiles.at(Path.of("b")));
    assertThat(PredictResult.of(files, some -> List.of(classified(some.get(0)))))
        .containsExactly(new PredictResult.Success("a.png", CAT));
  }
}

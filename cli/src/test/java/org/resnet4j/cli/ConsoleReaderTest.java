package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.recipe.Recipe;
import org.resnet4j.recipe.RecipeFile;
import org.resnet4j.train.Event;

class ConsoleReaderTest {
  private static final Terminal PLAIN = new Terminal(false, false, false, 80, "resnet4j");
  private static final Terminal LIVE = new Terminal(true, true, false, 100, "resnet4j");
  private static final String ERASE = "\r\u001b[K";

  private final StringWriter written = new StringWriter();
  private long millis;

  private ConsoleReader reader(Terminal terminal) {
    return new ConsoleReader(new PrintWriter(written, true), terminal, () -> millis * 1_000_000);
  }

  private static Event.Step step(int step) {
    return new Event.Step(2, 6, step, 470, 0.8124, 0.742, 0.1, 511.6, 62);
  }

  private static Event.Epoch epoch() {
    return new Event.Epoch(2, 470, 0.1, 0.7, 0.8, 0.65, 0.815, 0.99, 512, 61, 0.01);
  }

  @Test
  void a_terminal_has_one_line_that_is_rewritten() {
    ConsoleReader reader = reader(LIVE);
    millis = 100;
    reader.accept(step(123));
    String line = "epoch 2/6  step 123/470  loss 0.812  top-1 74.2 %  512 img/s  ETA 1:02";
    assertThat(written.toString()).isEqualTo(ERASE + line);
    millis = 199;
    reader.accept(step(124));
    assertThat(written.toString()).isEqualTo(ERASE + line);
    millis = 200;
    reader.accept(step(125));
    assertThat(written.toString()).isEqualTo(ERASE + line + ERASE + line.replace("123", "125"));
    reader.close();
    reader.close();
    assertThat(written.toString()).endsWith("ETA 1:02" + ERASE);
  }

  @Test
  void an_epoch_leaves_a_line_in_place_of_the_live_one() {
    ConsoleReader reader = reader(LIVE);
    millis = 100;
    reader.accept(step(123));
    reader.accept(epoch());
    assertThat(written.toString())
        .endsWith(
            "ETA 1:02"
                + ERASE
                + "epoch 2/6  train loss 0.700  top-1 80.0 %  test loss 0.650  top-1 81.5 %"
                + "  512 img/s  1:01"
                + System.lineSeparator());
  }

  @Test
  void the_line_of_an_epoch_fits_80_columns() {
    ConsoleReader reader = reader(new Terminal(true, true, false, 80, "resnet4j"));
    reader.accept(step(123));
    reader.accept(epoch());
    assertThat(written.toString().lines())
        .containsExactly(
            "epoch 2/6  train loss 0.700  top-1 80.0 %  test loss 0.650  top-1 81.5 %  1:01");
  }

  @Test
  void a_narrow_terminal_keeps_the_ends_of_the_line() {
    ConsoleReader reader = reader(new Terminal(true, true, false, 45, "resnet4j"));
    millis = 100;
    reader.accept(step(123));
    assertThat(written.toString()).isEqualTo(ERASE + "epoch 2/6  step 123/470  ETA 1:02");
  }

  @Test
  void a_very_narrow_terminal_cuts_the_line() {
    ConsoleReader reader = reader(new Terminal(true, true, false, 8, "resnet4j"));
    millis = 100;
    reader.accept(step(123));
    assertThat(written.toString()).isEqualTo(ERASE + "epoch 2");
  }

  @Test
  void elsewhere_a_line_comes_every_ten_seconds() {
    ConsoleReader reader = reader(PLAIN);
    for (int step = 1; step <= 25; step++) {
      millis = step * 1000L;
      reader.accept(step(step));
    }
    assertThat(written.toString().lines())
        .containsExactly(
            "epoch 2/6  step 10/470  loss 0.812  top-1 74.2 %  512 img/s  ETA 1:02",
            "epoch 2/6  step 20/470  loss 0.812  top-1 74.2 %  512 img/s  ETA 1:02");
  }

  @Test
  void notices_are_printed_and_checkpoints_are_not() {
    ConsoleReader reader = reader(PLAIN);
    reader.accept(new Event.Saved(Path.of("runs/a/checkpoints/7"), 8));
    reader.accept(new Event.Notice("2 images were skipped"));
    assertThat(written.toString().lines()).containsExactly("note: 2 images were skipped");
  }

  @Test
  void colour_makes_the_epoch_bold() {
    ConsoleReader reader = reader(new Terminal(true, true, true, 80, "resnet4j"));
    reader.accept(epoch());
    assertThat(written.toString()).startsWith("\u001b[1mepoch 2\u001b[0m  train loss");
  }

  private static Event.Started started(Recipe recipe) {
    return new Event.Started(
        Path.of("runs", "a"),
        Catalogue.network("resnet20"),
        recipe,
        "shapes",
        10_000,
        2_000,
        156,
        468,
        "fp32, 2 threads",
        List.of("classes are balanced"));
  }

  @Test
  void what_validation_images_say_is_called_so() {
    ConsoleReader reader = reader(PLAIN);
    reader.accept(started(RecipeFile.load("shapes", Map.of("validation", "0.1"))));
    reader.accept(epoch());
    assertThat(written.toString()).contains("  validation loss ").doesNotContain("  test loss ");
  }

  @Test
  void the_start_says_what_runs_on_what_and_where() {
    ConsoleReader reader = reader(PLAIN);
    reader.accept(started(RecipeFile.load("shapes", Map.of())));
    reader.accept(epoch());
    assertThat(written.toString().lines())
        .startsWith(
            "resnet20 on shapes: 10,000 training and 2,000 test images",
            "recipe shapes, 468 steps, fp32, 2 threads",
            "run folder runs/a",
            "note: classes are balanced",
            "goes on after step 156")
        .last(STRING)
        .startsWith("epoch 2/6  train loss 0.700");
  }
}

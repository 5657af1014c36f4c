package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several runs of one recipe, and two of them held against each other. */
class CompareCommandTest {
  @TempDir Path temporary;

  private CommandRun train(String out, String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                "train",
                "--model",
                "resnet8",
                "--set",
                "iterations=1",
                "--set",
                "epochs=0",
                "--set",
                "warmup=0",
                "--set",
                "precision=fp32",
                "--out",
                temporary.resolve(out).toString()));
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  @Test
  void seeds_are_run_and_compared() {
    CommandRun seeds = train("a", "--seeds", "2");
    assertThat(seeds.status()).as(seeds.err()).isZero();
    assertThat(seeds.out()).contains("seed  top-1", "standard deviation", "(Student's t)");
    assertThat(train("b", "--seeds", "2", "--set", "rate=0.01", "--json").document().get("runs"))
        .hasSize(2);
    String a = temporary.resolve("a").toString();
    String b = temporary.resolve("b").toString();
    CommandRun compared = CommandRun.of("compare", a, b);
    assertThat(compared.status()).as(compared.err()).isZero();
    assertThat(compared.out())
        .contains("(Student's t of 2 pairs by seed)", "shown", "alpha 0.05, power 0.8");
    assertThat(CommandRun.of("compare", a, b, "--json").document().get("pairs").asInt())
        .isEqualTo(2);
    CommandRun again = CommandRun.of("train", "--resume", a);
    assertThat(again.out()).isEqualTo(seeds.out());
    assertThat(again.err()).contains("2 of 2 were done before");
  }

  @Test
  void options_that_exclude_each_other_are_refused() {
    assertThat(train("c", "--seeds", "2", "--folds", "2").err()).contains("one of them at a time");
    CommandRun both = CommandRun.of("train", "--from", "somewhere", "--model", "resnet8");
    assertThat(both.status()).isEqualTo(2);
    assertThat(both.err()).contains("--from brings its network: leave --model out");
    assertThat(CommandRun.of("train", "--from", "somewhere", "--set", "model=resnet8").err())
        .contains("--from brings its network: leave --set model out");
    assertThat(CommandRun.of("train", "--budget", "soon").err())
        .contains("'soon' is no length of time such as 90s, 20m or 1h30m");
  }

  @Test
  void times_are_read_in_hours_minutes_and_seconds() {
    TimeConverter time = new TimeConverter();
    assertThat(time.convert("90s")).isEqualTo(90);
    assertThat(time.convert("20m")).isEqualTo(1200);
    assertThat(time.convert("1h30m")).isEqualTo(5400);
  }
}

package org.resnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
  @Test
  void the_launcher_knows_better_than_the_console() {
    Map<String, String> neither = Map.of("RESNET4J_TTY", "0", "RESNET4J_TTY_OUT", "0");
    assertThat(Terminal.of(neither, true))
        .isEqualTo(new Terminal(false, false, false, 80, "resnet4j"));
    Map<String, String> both =
        Map.of(
            "RESNET4J_TTY", "1",
            "RESNET4J_TTY_OUT", "1",
            "COLUMNS", "132",
            "RESNET4J_COMMAND", "./resnet4j");
    assertThat(Terminal.of(both, false))
        .isEqualTo(new Terminal(true, true, true, 132, "./resnet4j"));
  }

  @Test
  void without_a_launcher_the_console_decides() {
    assertThat(Terminal.of(Map.of(), true).live()).isTrue();
    assertThat(Terminal.of(Map.of(), false).live()).isFalse();
  }

  @Test
  void a_dumb_terminal_is_not_rewritten() {
    assertThat(Terminal.of(Map.of("TERM", "dumb"), true).live()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"'', true", "1, false", "0, false"})
  void no_color_takes_colour_away_unless_empty(String value, boolean colour) {
    assertThat(Terminal.of(Map.of("NO_COLOR", value), true).colour()).isEqualTo(colour);
  }

  @ParameterizedTest
  @CsvSource({"0, 80", "wide, 80", "-5, 80", "40, 40", "99999, 80"})
  void columns_that_make_no_sense_are_80(String value, int columns) {
    assertThat(Terminal.of(Map.of("COLUMNS", value), true).columns()).isEqualTo(columns);
  }

  @Test
  void a_command_line_can_be_pasted() {
    Terminal terminal = new Terminal(false, false, false, 80, "./resnet4j");
    assertThat(terminal.commandLine("predict", "runs/a", "it's mine.png"))
        .isEqualTo("./resnet4j predict runs/a 'it'\\''s mine.png'");
  }

  @ParameterizedTest
  @CsvSource({"0, 0:00", "62.4, 1:02", "3723, 1:02:03", "NaN, -", "-1, -", "Infinity, -"})
  void a_clock_shows_hours_only_when_there_are_some(double seconds, String shown) {
    assertThat(Figures.clock(seconds)).isEqualTo(shown);
  }

  @Test
  void a_row_must_fit_its_table() {
    assertThatThrownBy(() -> new Table("a", "b").row("only one"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a row of 1 cells does not fit 2 columns");
  }
}

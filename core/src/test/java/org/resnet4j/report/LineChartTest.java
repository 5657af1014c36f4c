package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.resnet4j.report.LineChart.Labels;
import org.resnet4j.report.LineChart.Line;

class LineChartTest {
  private static final Labels LABELS = new Labels("Loss by epoch", "epoch", "loss (nats)", 2);

  @Test
  void puts_points_where_the_scales_say() {
    // The plot spans x from 52 to 428 and y from 258 up to 38; the scales end at 2 and at 1.
    String svg = chart(List.of(1.0, 2.0), List.of(1.0, 0.5));

    assertThat(svg).contains("points=\"240,38 428,148\"");
  }

  @Test
  void labels_ticks_axes_and_lines() {
    String svg = chart(List.of(1.0, 2.0), List.of(1.0, 0.5));

    assertThat(svg)
        .contains(">epoch</text>", ">loss (nats)</text>", ">train</text>")
        .contains(">0.0<", ">0.2<", ">0.4<", ">0.6<", ">0.8<", ">1.0<", ">0<", ">1<", ">2<")
        .contains("role=\"img\" aria-label=\"Loss by epoch\"");
  }

  @Test
  void shows_the_numbers_of_every_epoch_when_pointed_at() {
    String svg = chart(List.of(1.0, 2.0), List.of(1.0, 0.5));

    assertThat(svg).contains("epoch 1: train 1.00", "epoch 2: train 0.50");
  }

  @Test
  void skips_values_that_are_not_finite() {
    double infinite = Double.POSITIVE_INFINITY;
    String svg =
        chart(List.of(0.0, 1.0, 2.0, 3.0, 4.0), List.of(Double.NaN, 1.0, infinite, 0.5, 0.0));

    assertThat(svg).contains("points=\"146,38 334,148 428,258\"", "epoch 0: train –");
    assertThat(svg).doesNotContain("NaN", "Infinity");
  }

  @Test
  void draws_a_single_point_as_a_dot() {
    String svg = chart(List.of(1.0), List.of(0.5));

    assertThat(svg).doesNotContain("<polyline");
    // Once for good and once for the numbers on pointing.
    assertThat(svg.split("<circle class=\"dot line-0\" cx=\"428\" cy=\"38\"", -1)).hasSize(3);
  }

  @Test
  void draws_axes_alone_when_nothing_was_measured() {
    String svg = chart(List.of(1.0), List.of(Double.NaN));

    assertThat(svg).contains(">1.0<").doesNotContain("<circle", "<polyline");
  }

  @Test
  void refuses_a_line_with_another_number_of_values() {
    assertThatThrownBy(() -> chart(List.of(1.0, 2.0), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("line train has 1 values for 2 x; give one value, or NaN, for each x");
  }

  @ParameterizedTest
  @CsvSource({"1.83, 2.0, 0.5", "1.0, 1.0, 0.2", "60, 60, 10", "61, 80, 20", "0.07, 0.08, 0.02"})
  void ends_a_scale_at_a_round_number(double largest, double end, double step) {
    Axis axis = Axis.rounded(largest);

    assertThat(axis.end()).isCloseTo(end, within());
    assertThat(axis.step()).isCloseTo(step, within());
    assertThat(axis.ticks()).hasSize((int) Math.round(end / step) + 1);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "9, 2", "30, 5", "164, 50"})
  void counts_epochs_in_whole_steps(double last, double step) {
    assertThat(Axis.counting(last)).isEqualTo(new Axis(last, step));
  }

  private static Offset<Double> within() {
    return Offset.offset(1e-9);
  }

  private static String chart(List<Double> xs, List<Double> ys) {
    return new LineChart(LABELS, xs, List.of(new Line("train", ys))).svg().toString();
  }
}

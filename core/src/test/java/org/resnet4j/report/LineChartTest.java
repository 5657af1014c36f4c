package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.resnet4j.report.Figure.Axes;
import org.resnet4j.report.Figure.Curve;
import org.resnet4j.report.Figure.Point;
import org.resnet4j.report.Figure.Scale;
import org.resnet4j.report.Figure.Style;

/**
 * One line of legend is 17 high and the readout 20, so the plane spans y from 37 to 247. Ticks of
 * three letters at 6.2 leave it x from 48.6, and it ends 12 before 400.
 */
class LineChartTest {
  private static final Axes AXES =
      new Axes("Loss by epoch", "epoch", "loss (nats)", Scale.FROM_ZERO, Scale.FROM_ZERO, 2);

  @Test
  void puts_points_where_linear_scales_say() {
    // The scales end at 2 and at 1; 218.3 is half way from 48.6 to 388, and 142 from 37 to 247.
    assertThat(chart(new Point(1, 1), new Point(2, 0.5))).contains("points=\"218.3,37 388,142\"");
  }

  @Test
  void puts_points_where_logarithmic_scales_say() {
    Axes axes = new Axes("t", "x", "y", Scale.LOGARITHMIC, Scale.LOGARITHMIC, 2);
    // Two of four powers of ten along x, one of three up y; 1000 has four letters, so x starts at
    // 54.8;
    // half of the five of 10000 and 2 are left free beyond 382.5.
    String svg = chart(axes, new Point(1, 1), new Point(100, 10), new Point(10000, 1000));

    assertThat(svg).contains("points=\"54.8,247 218.65,177 382.5,37\"");
    assertThat(svg).contains(">1<", ">10<", ">100<", ">1000<", ">10000<");
  }

  @Test
  void leaves_out_what_a_logarithmic_scale_cannot_show() {
    Axes axes = new Axes("t", "x", "y", Scale.FROM_ZERO, Scale.LOGARITHMIC, 2);
    String svg =
        chart(axes, new Point(0, 10), new Point(1, 100), new Point(2, 0), new Point(3, -1));

    assertThat(points(svg)).hasSize(1);
    assertThat(points(svg).get(0).split(" ")).hasSize(2);
  }

  @Test
  void labels_ticks_axes_and_curves() {
    assertThat(chart(new Point(1, 1), new Point(2, 0.5)))
        .contains(">epoch</text>", ">loss (nats)</text>", ">train</text>")
        .contains(">0.0<", ">0.2<", ">0.4<", ">0.6<", ">0.8<", ">1.0<", ">0<", ">1<", ">2<")
        .contains("role=\"img\" aria-label=\"Loss by epoch\"");
  }

  @Test
  void shows_the_numbers_of_every_epoch_when_pointed_at() {
    assertThat(chart(new Point(1, 1), new Point(2, 0.5)))
        .contains("<title>epoch 1: train 1.00</title>", "<title>epoch 2: train 0.50</title>")
        .contains(">epoch 1</text>", ">0.50</text>");
  }

  @Test
  void shows_the_numbers_of_all_curves_at_an_x() {
    Curve train = curve("train", Style.THIN, new Point(1, 1), new Point(2, 0.5));
    Curve test = curve("test", Style.THICK, new Point(2, 0.75));

    assertThat(svg(AXES, train, test))
        .contains("<title>epoch 1: train 1.00</title>")
        .contains("<title>epoch 2: train 0.50, test 0.75</title>");
  }

  @Test
  void a_gap_where_there_is_no_value_parts_the_curve() {
    double none = Double.NaN;
    double infinite = Double.POSITIVE_INFINITY;
    String svg =
        chart(
            new Point(0, none),
            new Point(1, 1),
            new Point(2, 0.5),
            new Point(3, infinite),
            new Point(4, 0.5),
            new Point(5, 0));

    assertThat(points(svg)).containsExactly("116.48,37 184.36,142", "320.12,142 388,247");
    assertThat(svg).contains("epoch 0: train –").doesNotContain("NaN", "Infinity");
  }

  @Test
  void draws_a_single_point_as_a_dot() {
    String svg = chart(new Point(1, 0.5));

    assertThat(svg).doesNotContain("<polyline").contains("cx=\"388\" cy=\"37\"");
  }

  @Test
  void draws_axes_alone_when_nothing_was_measured() {
    assertThat(chart(new Point(1, Double.NaN)))
        .contains(">1.0<")
        .doesNotContain("<polyline", "NaN");
    assertThat(svg(AXES)).contains(">1.0<");
  }

  @Test
  void styles_differ_in_width_dashes_and_dots() {
    assertThat(styled(Style.THIN)).contains("<polyline class=\"line thin c0\"");
    assertThat(styled(Style.THICK)).contains("<polyline class=\"line thick c0\"");
    assertThat(styled(Style.DASHED)).contains("<polyline class=\"line dashed c0\"");
    assertThat(styled(Style.LINE_AND_DOTS)).contains("<polyline", "cx=\"218.3\" cy=\"37\"");
    assertThat(styled(Style.DOTS)).doesNotContain("<polyline").contains("cx=\"218.3\" cy=\"37\"");
  }

  @Test
  void eight_colours_have_eight_markers_and_then_repeat() {
    List<String> markers =
        IntStream.range(0, 9)
            .mapToObj(i -> Svg.marker(i, 50, 50, 3).toString().replace("c" + i, ""))
            .map(marker -> marker.replace("dot c0", "dot "))
            .toList();

    assertThat(markers.subList(0, 8)).doesNotHaveDuplicates();
    assertThat(markers.get(8)).isEqualTo(markers.get(0));
    assertThat(Svg.colour(-1)).isEqualTo("c7");
  }

  @Test
  void dots_are_pointed_at_one_by_one() {
    Curve dots =
        curve("greedy", Style.DOTS, new Point(125.5, 0.25, "all"), new Point(90, 1, "one"));

    assertThat(svg(AXES, dots))
        .contains("<title>greedy · all: epoch 125.5, loss (nats) 0.25</title>")
        .contains("<title>greedy · one: epoch 90, loss (nats) 1.00</title>");
  }

  @Test
  void dots_beside_a_line_that_does_not_meet_them_are_pointed_at_too() {
    Curve line = curve("frontier", Style.LINE_AND_DOTS, new Point(1, 1, "all"), new Point(2, 0.5));
    Curve dots = curve("random", Style.DOTS, new Point(1.25, 0.25, "one"));

    assertThat(svg(AXES, line, dots))
        .contains("<title>frontier · all: epoch 1, loss (nats) 1.00</title>")
        .contains("<title>random · one: epoch 1.25, loss (nats) 0.25</title>");
  }

  @Test
  void a_label_says_what_x_does_not() {
    assertThat(chart(new Point(1, 1, "layer1.0"), new Point(2, 0.5, "layer1.1")))
        .contains("<title>epoch 2 · layer1.1: train 0.50</title>");
  }

  @Test
  void of_hundreds_of_points_three_hundred_are_read_and_all_are_drawn() {
    Point[] many = IntStream.range(0, 900).mapToObj(i -> new Point(i, i)).toArray(Point[]::new);
    String one = chart(many);
    String three =
        svg(
            AXES,
            curve("a", Style.THIN, many),
            curve("b", Style.THIN, many),
            curve("c", Style.THIN, many));
    String dots = svg(AXES, curve("d", Style.DOTS, many));

    assertThat(points(one).get(0).split(" ")).hasSize(900);
    assertThat(one.split("class=\"readout\"", -1)).hasSize(301);
    assertThat(three.split("class=\"readout\"", -1)).hasSize(101);
    assertThat(dots.split("class=\"readout\"", -1)).hasSize(301);
  }

  @Test
  void many_curves_wrap_their_legend_inside_the_chart() {
    Curve[] ten =
        IntStream.range(0, 10)
            .mapToObj(i -> new Curve("curve number " + i, i, Style.THIN, List.of(new Point(1, i))))
            .toArray(Curve[]::new);
    String svg = svg(AXES, ten);

    // Two columns, so five lines of 17, and the plane starts 20 below.
    assertThat(svg).contains("y1=\"105\"");
    assertThat(svg).contains("y=\"13\">curve number 1<", "y=\"81\">curve number 9<");
  }

  private static Curve curve(String name, Style style, Point... points) {
    return new Curve(name, 0, style, List.of(points));
  }

  private static String styled(Style style) {
    return svg(AXES, curve("train", style, new Point(1, 1), new Point(2, 0.5)));
  }

  private static String chart(Point... points) {
    return chart(AXES, points);
  }

  private static String chart(Axes axes, Point... points) {
    return svg(axes, curve("train", Style.THIN, points));
  }

  private static String svg(Axes axes, Curve... curves) {
    return new LineChart(axes, List.of(curves)).svg().toString();
  }

  private static List<String> points(String svg) {
    return Pattern.compile("points=\"([^\"]*)\"")
        .matcher(svg)
        .results()
        .map(match -> match.group(1))
        .toList();
  }
}

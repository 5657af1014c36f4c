package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;
import org.resnet4j.arch.Network;
import org.resnet4j.report.Figure.Axes;
import org.resnet4j.report.Figure.Bars;
import org.resnet4j.report.Figure.Blocks;
import org.resnet4j.report.Figure.Curve;
import org.resnet4j.report.Figure.Finding;
import org.resnet4j.report.Figure.Findings;
import org.resnet4j.report.Figure.Plot;
import org.resnet4j.report.Figure.Point;
import org.resnet4j.report.Figure.Scale;
import org.resnet4j.report.Figure.Series;
import org.resnet4j.report.Figure.Style;
import org.resnet4j.report.Figure.Text;
import org.resnet4j.report.Figure.Tint;
import org.resnet4j.report.Figure.Verdicts;
import org.resnet4j.report.Figure.Weight;
import org.resnet4j.report.StudyReport.Section;
import org.resnet4j.report.Verdict.Status;

class StudyReportTest {
  private static final Network RESNET8 = Catalogue.network("resnet8");

  @Test
  void has_a_header_first_and_conditions_last() {
    String html = report("Degradation", List.of(new Text("how to read it"))).html();

    assertThat(html)
        .containsSubsequence(
            "<h1>Degradation</h1><p>What was asked.</p>",
            "<dt>plain, deeper</dt><dd>+12.3 points</dd>",
            "<dt>seeds</dt><dd>3</dd>",
            "<h2>What the data say</h2><p class=\"prose\">Three claims.</p>",
            "<p class=\"prose\">how to read it</p>",
            "<code>resnet4j study signals resnet8</code>",
            "<h2>Conditions</h2>",
            "<th scope=\"row\">machine</th><td>2 cores</td>");
  }

  @Test
  void leaves_out_what_is_empty() {
    Section section = new Section("Only", "", List.of());
    String html = new StudyReport("t", "s", Map.of(), List.of(section), "", Map.of()).html();

    assertThat(html)
        .contains("<section><h2>Only</h2></section></main>")
        .doesNotContain("<dl", "<h2>Next", "<h2>Conditions");
  }

  @Test
  void narrow_figures_stand_side_by_side_and_wide_ones_alone() {
    String html = report("t", List.of(plot("a"), plot("b"), new Text("wide"), plot("c"))).html();

    assertThat(html.split("<div class=\"charts\">", -1)).hasSize(3);
    assertThat(html)
        .containsSubsequence("class=\"charts\"", ">a</figcaption>", ">b</figcaption>", ">wide</p>")
        .containsSubsequence(">wide</p>", "class=\"charts\"", ">c</figcaption>");
  }

  @Test
  void needs_nothing_but_itself() {
    String html = report("t", everything("name")).html();

    assertThat(html)
        .doesNotContainIgnoringCase("<script", "javascript:", " onload", " onclick")
        .doesNotContain("://", "href", "url(", "@import", "<link", "src=")
        .contains("default-src &#39;none&#39;");
  }

  @Test
  void hostile_text_stays_text_wherever_it_stands() {
    String hostile = "\"'><script>alert(1)</script><b x=";
    String html = report(hostile, everything(hostile)).html();

    assertThat(html).doesNotContainIgnoringCase("<script").doesNotContain("<b x=");
    assertThat(withoutTexts(html)).isEqualTo(withoutTexts(report("t", everything("t")).html()));
  }

  @Test
  void whatever_is_opened_is_closed() {
    String html = report("t", everything("name")).html().replaceAll("(?s)<style>.*</style>", "");
    ArrayDeque<String> open = new ArrayDeque<>();
    Pattern.compile("<(/?)([a-z0-9]+)[^>]*>")
        .matcher(html)
        .results()
        .filter(tag -> !List.of("meta", "img").contains(tag.group(2)))
        .forEach(
            tag -> {
              if (tag.group(1).isEmpty()) {
                open.push(tag.group(2));
              } else {
                assertThat(open.pop()).isEqualTo(tag.group(2));
              }
            });

    assertThat(open).isEmpty();
  }

  @Test
  void every_colour_and_style_of_a_curve_has_its_rule() {
    String html = report("t", List.of()).html();

    for (int i = 0; i < Svg.COLOURS; i++) {
      assertThat(html).contains("." + Svg.colour(i) + " {");
    }
    assertThat(html).contains(".thin {", ".thick {", ".dashed {", "prefers-color-scheme: dark");
  }

  @Test
  void verdicts_say_status_reason_and_numbers() {
    String html =
        report(
                "t",
                List.of(
                    new Verdicts(
                        "Deeper minus shallower.",
                        List.of(
                            verdict(Status.SHOWN, 12.3, 8.1, 16.5),
                            verdict(Status.NOT_SHOWN, -0.4, -2.2, 1.4),
                            verdict(Status.CONTRADICTED, -12, -15.2, -8.6)))))
            .html();

    assertThat(html)
        .containsSubsequence(
            "</svg>shown</span>",
            "Deeper is worse.",
            "3 of 3 seeds.",
            "+12.3 points, 95 % interval 8.1 to 16.5</p>")
        .contains("</svg>not shown</span>", "−0.40 points, 95 % interval −2.20 to 1.40</p>")
        .contains("</svg>contradicted</span>", "−12.0 points, 95 % interval −15.2 to −8.6</p>");
    // A tick, a line and a cross, on a disc, a ring and a diamond.
    assertThat(html).contains("M4.8 8.2 L7.2", "M5 8 H11", "M8 .4 L15.6 8").contains("badge open");
  }

  @Test
  void intervals_of_a_unit_lie_on_one_axis() {
    String html =
        new VerdictList(
                List.of(
                    verdict(Status.SHOWN, 10, 5, 20), verdict(Status.CONTRADICTED, -15, -20, -10)))
            .element()
            .toString();

    // From -20 to 20 on 22 to 308: zero at 165, and 7.15 pixels for a point.
    assertThat(html)
        .contains("class=\"interval\" x1=\"200.75\" y1=\"14\" x2=\"308\" y2=\"14\"")
        .contains("class=\"mean\" cx=\"236.5\"")
        .contains("class=\"interval\" x1=\"22\" y1=\"14\" x2=\"93.5\" y2=\"14\"")
        .contains("class=\"mean\" cx=\"57.75\"");
    assertThat(html.split("class=\"axis zero\" x1=\"165\"", -1)).hasSize(3);
  }

  @Test
  void a_verdict_without_numbers_says_so() {
    double none = Double.NaN;

    assertThat(verdict(Status.SHOWN, -0.213, none, none).measured())
        .isEqualTo("−0.213 points, no interval");
    assertThat(verdict(Status.NOT_SHOWN, none, none, none).measured()).isEqualTo("not measured");
    assertThat(verdict(Status.NOT_SHOWN, 0, -0.0, 0).measured())
        .isEqualTo("0.0 points, 95 % interval 0.0 to 0.0");
    assertThat(new VerdictList(List.of(verdict(Status.NOT_SHOWN, none, none, none))).element())
        .asString()
        .doesNotContain("NaN", "class=\"mean\"");
  }

  @Test
  void bars_stand_on_zero_and_hang_below_it() {
    // From -5 to 10 on y from 247 up to 37, so zero at 177; two names of 169.7 each from x 48.6.
    String svg = bars(List.of("a", "b"), List.of(10.0, -5.0));

    assertThat(svg)
        .contains("class=\"bar c0\" x=\"113.45\" y=\"37\" width=\"39\" height=\"140\"")
        .contains("class=\"bar c0\" x=\"283.15\" y=\"177\" width=\"39\" height=\"70\"")
        .contains("<title>a: effect 10.0</title>", "<title>b: effect −5.0</title>");
  }

  @Test
  void a_bar_without_a_value_has_a_dash() {
    String svg = bars(List.of("a", "b"), List.of(1.0, Double.NaN));

    assertThat(svg).contains("<title>b: effect –</title>").doesNotContain("NaN");
    // One sample in the legend, one bar.
    assertThat(svg.split("class=\"bar c0\"", -1)).hasSize(3);
  }

  @Test
  void names_of_many_bars_are_turned_then_thinned() {
    List<String> names = IntStream.range(0, 120).mapToObj(i -> "layer." + i).toList();
    List<Double> values = names.stream().map(name -> 1.0).toList();

    assertThat(bars(names.subList(0, 3), values.subList(0, 3)))
        .doesNotContain(" rotate(-90)\">layer");
    assertThat(
            bars(names.subList(0, 60), values.subList(0, 60)).split("rotate\\(-90\\)\">layer", -1))
        .hasSize(61);
    // 860 pixels have room for no more than 66 lines of 12: every other.
    assertThat(bars(names, values).split("rotate\\(-90\\)\">layer", -1)).hasSize(61);
  }

  @Test
  void tints_set_strength_label_and_text() {
    String html =
        blocks(
            Map.of(
                "layer1.0", new Tint(0.25, "−0.3", "costs 0.3 points"),
                "layer2.0", new Tint(0.9, "−4", "costs 4 points")));

    assertThat(html)
        .containsSubsequence(
            "<div class=\"tint\" style=\"--heat:0.25\">",
            "class=\"tint-label\">−0.3</span>",
            "<b>layer1.0</b> costs 0.3 points")
        .contains("<div class=\"tint hot\" style=\"--heat:0.9\">")
        .contains("<span>weak</span><span class=\"ramp\"></span><span>strong</span>")
        .contains("no value");
    // Three units, of which one has no tint, and stem and head.
    assertThat(html.split("class=\"tile\"", -1)).hasSize(1 + 5);
    assertThat(html.split("--heat", -1)).hasSize(1 + 2);
  }

  @Test
  void a_tint_beyond_its_ends_is_drawn_as_the_nearer_and_nan_as_none() {
    String html =
        blocks(
            Map.of(
                "layer1.0", new Tint(-1, "", ""),
                "layer2.0", new Tint(7, "", ""),
                "layer3.0", new Tint(Double.NaN, "?", "no data")));

    assertThat(html).contains("--heat:0\"", "--heat:1\"", "no data").doesNotContain("NaN");
  }

  @Test
  void a_network_of_54_blocks_is_drawn_small() {
    Network network = Catalogue.network("resnet110");
    Map<String, Tint> tints = new LinkedHashMap<>();
    network.units().forEach(unit -> tints.put(unit.name(), new Tint(0.5, "x", "y")));
    String html = new TintedNetwork(new Blocks("", network, "", "", tints)).element().toString();

    assertThat(html.split("class=\"compact\"", -1)).hasSize(1 + 54 + 2);
    // 18 of them, each of 34 pixels and 7 of frame and gap, fit beside a name of 160 into 1016.
    assertThat(html).contains("width=\"34\" height=\"40\"").doesNotContain("no value");
  }

  @Test
  void findings_have_a_word_for_their_weight_and_advice() {
    Findings findings =
        new Findings(
            List.of(
                new Finding(Weight.GOOD, "No dead channel.", ""),
                new Finding(Weight.NOTE, "A useless block.", "Prune it."),
                new Finding(Weight.PROBLEM, "Drift.", "Re-estimate.")));

    assertThat(report("t", List.of(findings)).html())
        .containsSubsequence("</svg>good</span>", "<p>No dead channel.</p></div>")
        .containsSubsequence(
            "</svg>note</span>", "<p>A useless block.</p><p class=\"advice\">Prune it.</p>")
        .containsSubsequence("</svg>problem</span>", "<p>Drift.</p>");
  }

  @Test
  void tables_are_open_or_folded() {
    List<List<String>> rows = List.of(List.of("layer1", "0.5"));
    List<String> columns = List.of("layer", "std");
    String html =
        report(
                "t",
                List.of(
                    new Figure.Numbers("Open.", columns, rows, false),
                    new Figure.Numbers("Folded.", columns, rows, true)))
            .html();

    assertThat(html)
        .contains("<th scope=\"row\">layer1</th><td>0.5</td>")
        .contains("<figcaption>Open.</figcaption>", "<summary>Folded.</summary>");
  }

  @Test
  void refuses_data_that_do_not_fit() {
    assertThatThrownBy(() -> bars(List.of("a", "b"), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "series effect has 1 values for 2 names; give one value, or NaN, for each name");
    assertThatThrownBy(() -> blocks(Map.of("layer9.0", new Tint(0, "", ""))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tint of layer9.0: resnet8 has no such unit; its units are layer1.0 to layer3.0");
    assertThatThrownBy(
            () -> new Figure.Numbers("T", List.of("a", "b"), List.of(List.of("x")), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("table T: row x has 1 cells for 2 columns; give one for each");
    assertThatThrownBy(() -> new Figure.Numbers("T", List.of(), List.of(), false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("table T has no columns; the first names the rows");
  }

  private static Verdict verdict(Status status, double difference, double low, double high) {
    return new Verdict(
        "Deeper is worse.", status, "3 of 3 seeds.", difference, low, high, "points");
  }

  private static String bars(List<String> names, List<Double> values) {
    return new BarChart(new Bars("", "t", "y", 1, names, List.of(new Series("effect", values))))
        .svg()
        .toString();
  }

  private static String blocks(Map<String, Tint> tints) {
    return new TintedNetwork(new Blocks("", RESNET8, "weak", "strong", tints)).element().toString();
  }

  private static Plot plot(String caption) {
    Axes axes = new Axes("t", "x", "y", Scale.FROM_ZERO, Scale.FROM_ZERO, 1);
    Curve curve = new Curve("c", 0, Style.THIN, List.of(new Point(1, 1), new Point(2, 2)));
    return new Plot(caption, axes, List.of(curve));
  }

  /** Every kind of figure with {@code s} wherever text can stand. */
  private static List<Figure> everything(String s) {
    Axes axes = new Axes(s, s, s, Scale.FROM_ZERO, Scale.LOGARITHMIC, 1);
    List<Point> points = List.of(new Point(1, 1, s), new Point(2, 20, s));
    return List.of(
        new Plot(s, axes, List.of(new Curve(s, 1, Style.LINE_AND_DOTS, points))),
        new Plot(s, axes, List.of(new Curve(s, 2, Style.DOTS, points))),
        new Bars(s, s, s, 1, List.of(s), List.of(new Series(s, List.of(1.0)))),
        new Verdicts(s, List.of(new Verdict(s, Status.SHOWN, s, 1, 0, 2, s))),
        new Blocks(s, RESNET8.withName(s), s, s, Map.of("layer1.0", new Tint(0.5, s, s))),
        new Figure.Numbers(s, List.of(s, s), List.of(List.of(s, s)), true),
        new Findings(List.of(new Finding(Weight.NOTE, s, s))),
        new Text(s));
  }

  /** The tags alone, without what differs because a text is longer. */
  private static List<String> withoutTexts(String html) {
    return Pattern.compile("<[a-z0-9]+").matcher(html).results().map(tag -> tag.group()).toList();
  }

  private static StudyReport report(String title, List<Figure> figures) {
    Map<String, String> headline = new LinkedHashMap<>();
    headline.put("plain, deeper", "+12.3 points");
    headline.put("seeds", "3");
    return new StudyReport(
        title,
        "What was asked.",
        headline,
        List.of(new Section("What the data say", "Three claims.", figures)),
        "resnet4j study signals resnet8",
        Map.of("machine", "2 cores"));
  }
}

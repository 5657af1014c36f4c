package org.resnet4j.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.resnet4j.arch.Catalogue;

class RunReportTest {
  private static final EpochRow FIRST =
      new EpochRow(1, 0.1, 1.5, 0.4, 1.25, 0.5, 0.9, 2104.4, 12.34);
  private static final EpochRow LAST =
      new EpochRow(2, 0.05, 0.75, 0.8125, 1.375, 0.625, 0.95, 2100, 12);

  @Test
  void shows_what_the_run_was_and_what_to_do_next() {
    assertThat(report("cat", List.of(FIRST, LAST)).html())
        .contains("<h1>resnet20 on pets</h1>")
        .contains("resnet20: 20 layers, 269,202 parameters, 40.6 M multiply-adds")
        .contains("<dt>test top-1</dt><dd>62.5%</dd>")
        .contains("<th scope=\"row\">seed</th><td>7</td>")
        .contains("<code>resnet4j predict runs/1 cat.png</code>");
  }

  @Test
  void shows_every_number_of_every_epoch() {
    assertThat(report("cat", List.of(FIRST, LAST)).html())
        .contains(
            "<th scope=\"row\">1</th><td>0.1</td><td>1.5000</td><td>40.00%</td><td>1.2500</td>"
                + "<td>50.00%</td><td>90.00%</td><td>2104</td><td>12.3</td>")
        .contains(
            "<th scope=\"row\">2</th><td>0.05</td><td>0.7500</td><td>81.25%</td><td>1.3750</td>"
                + "<td>62.50%</td><td>95.00%</td><td>2100</td><td>12.0</td>");
  }

  @Test
  void says_what_to_see_in_the_curves() {
    assertThat(report("cat", List.of(FIRST, LAST)).html())
        .contains(
            "Training ends at 0.750; the test loss was lowest, 1.250, in epoch 1 and ends at 1.375.")
        .contains(
            "After epoch 2 the network mistakes 18.75% of the training images and 37.50% of the"
                + " test images: 18.75 points apart.");
  }

  @Test
  void draws_error_in_percent() {
    // Errors of 60 and 18.75 percent on a scale that ends at 60, and of 50 and 37.5.
    assertThat(report("cat", List.of(FIRST, LAST)).html())
        .contains("points=\"218.3,37 388,181.38\"", "points=\"218.3,72 388,115.75\"");
  }

  @Test
  void an_epoch_without_a_test_has_dashes() {
    double none = Double.NaN;
    String html =
        report("cat", List.of(new EpochRow(1, 0.1, 1.5, 0.4, none, none, none, 2000, 12))).html();

    assertThat(html)
        .contains("<td>40.00%</td><td>–</td><td>–</td><td>–</td>")
        .contains("the test loss was not measured")
        .doesNotContain("NaN");
  }

  @Test
  void shows_wrong_images_with_truth_prediction_and_probability() {
    assertThat(report("cat", List.of(FIRST)).html())
        .contains("<img src=\"data:image/png;base64,AQID\" alt=\"image 17 of cat\">")
        .contains("<b>cat 99.9%</b>", "truth: dog");
  }

  @Test
  void leaves_the_gallery_out_when_nothing_is_wrong() {
    RunReport report = report("cat", List.of(FIRST));
    RunReport perfect =
        new RunReport(
            report.title(),
            report.network(),
            report.history(),
            report.confusion(),
            List.of(),
            report.headline(),
            report.conditions(),
            report.nextCommand());

    assertThat(report.html()).contains("<h2>Most wrong</h2>");
    assertThat(perfect.html()).doesNotContain("<h2>Most wrong</h2>");
  }

  @Test
  void a_hostile_class_name_stays_text() {
    String html = report("\"'><script>alert(1)</script>", List.of(FIRST)).html();

    assertThat(html)
        .doesNotContainIgnoringCase("<script")
        .contains("alt=\"image 17 of &quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\"");
  }

  @Test
  void needs_nothing_but_itself() {
    String html = report("cat", List.of(FIRST, LAST)).html();

    assertThat(html).doesNotContain("://", "href", "url(", "@import", "<link");
    assertThat(html).doesNotContainPattern("src=\"(?!data:)");
    assertThat(html).contains("default-src &#39;none&#39;");
  }

  @Test
  void refuses_an_empty_history() {
    assertThatThrownBy(() -> report("cat", List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("resnet20 on pets: the history is empty; a report needs at least one epoch");
  }

  @Test
  void depends_on_the_network_as_data_alone() {
    ArchRuleDefinition.classes()
        .that()
        .resideInAPackage("org.resnet4j.report")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "org.jspecify..", "org.resnet4j.arch", "org.resnet4j.report")
        .check(new ClassFileImporter().importPath("target/classes/org/resnet4j/report"));
  }

  private static RunReport report(String label, List<EpochRow> history) {
    Confusion confusion = new Confusion(List.of(label, "dog"), new long[][] {{8, 2}, {1, 9}});
    WrongImage wrong =
        new WrongImage(new byte[] {1, 2, 3}, "dog", label, 0.999, "image 17 of " + label);
    return new RunReport(
        "resnet20 on pets",
        Catalogue.network("resnet20").withClasses(2),
        history,
        confusion,
        List.of(wrong),
        Map.of("test top-1", "62.5%"),
        Map.of("seed", "7"),
        "resnet4j predict runs/1 cat.png");
  }
}

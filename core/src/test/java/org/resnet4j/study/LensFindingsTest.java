package org.resnet4j.study;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.resnet4j.report.Figure;
import org.resnet4j.report.Figure.Weight;

/** What a lens says of figures, and where it keeps silent. */
class LensFindingsTest {
  private static final LensDrift NO_DRIFT = new LensDrift(0.05, 0.4, 0.1, 0.6);

  /** A block of 100 channels whose removal costs 5 of 100 points. */
  private static LensBlock block(String name) {
    return block(name, 0.2, 0.3, 0.85, 0.5, 0.02, 60, 10, NO_DRIFT, 0);
  }

  private static LensBlock block(
      String name,
      double ratio,
      double gradientShare,
      double top1,
      double change,
      double error,
      int broken,
      int fixed,
      LensDrift drift,
      int dead) {
    return new LensBlock(
        name,
        "basic",
        "identity",
        0.2,
        1.0,
        ratio,
        0.1,
        gradientShare,
        LensBlock.Removal.WHOLE,
        0.4 + change,
        top1,
        change,
        error,
        broken,
        fixed,
        drift,
        100,
        dead);
  }

  private static List<Figure.Finding> of(LensBlock... blocks) {
    return of(1_000, 100, NO_DRIFT, blocks);
  }

  private static List<Figure.Finding> of(
      int images, int mistakes, LensDrift stem, LensBlock... blocks) {
    LensPaths paths = new LensPaths(20, List.of(), 6, 14, 2, 9);
    LensResult result =
        new LensResult(
            "out",
            "m",
            "resnet42",
            "d",
            images,
            images,
            mistakes,
            1 - (double) mistakes / images,
            0.4,
            List.of(blocks),
            stem,
            paths,
            images,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            1);
    return LensFindings.of(result, 10, result.blocks().stream().map(LensBlock::name).toList());
  }

  private static void assertSays(
      List<Figure.Finding> findings, Weight weight, String what, String advice) {
    assertThat(findings)
        .anyMatch(
            f -> f.weight() == weight && f.what().contains(what) && f.advice().contains(advice));
  }

  @Test
  void a_network_without_faults_is_healthy() {
    List<Figure.Finding> findings = of(block("layer1.0"), block("layer1.1"));
    assertThat(findings).extracting(Figure.Finding::weight).containsOnly(Weight.GOOD);
    assertSays(findings, Weight.GOOD, "Healthy", "Nothing needs doing");
    assertSays(
        findings,
        Weight.GOOD,
        "95 % of the gradient comes along paths through 2 to 9 of 20 branches",
        "Short paths");
  }

  @Test
  void a_block_that_can_go_is_named_with_its_price() {
    LensBlock spared = block("layer1.3", 0.2, 0.3, 0.899, 0.004, 0.01, 2, 1, NO_DRIFT, 0);
    LensBlock second = block("layer1.4", 0.2, 0.3, 0.896, 0.009, 0.01, 5, 1, NO_DRIFT, 0);
    LensBlock dearer = block("layer1.5", 0.2, 0.3, 0.894, 0.003, 0.01, 7, 1, NO_DRIFT, 0);
    assertSays(
        of(spared, second, dearer),
        Weight.NOTE,
        "Removing layer1.3 changes top-1 by -0.100 points and the loss by +0.004. Of 2 blocks",
        "resnet4j prune m --data d");
  }

  @Test
  void a_block_that_does_harm_is_a_problem_only_beyond_chance() {
    LensBlock harmful = block("layer3.8", 0.2, 0.3, 0.91, -0.04, 0.01, 10, 20, NO_DRIFT, 0);
    assertSays(of(harmful), Weight.PROBLEM, "Removing layer3.8 makes the network better", "prune");
    assertThat(of(harmful)).noneMatch(f -> f.what().startsWith("Healthy"));
    LensBlock chance = block("layer3.8", 0.2, 0.3, 0.91, -0.02, 0.01, 10, 20, NO_DRIFT, 0);
    assertThat(of(chance)).noneMatch(f -> f.weight() == Weight.PROBLEM);
  }

  @Test
  void a_lower_loss_with_more_mistakes_is_no_reason_to_remove() {
    LensBlock surer = block("layer3.8", 0.2, 0.3, 0.89, -0.12, 0.03, 21, 13, NO_DRIFT, 0);
    List<Figure.Finding> findings = of(surer);
    assertSays(findings, Weight.NOTE, "surer than it should be", "Keep it");
    assertThat(findings).noneMatch(f -> f.advice().contains("prune"));
  }

  @Test
  void drift_from_the_stem_on_points_to_the_data() {
    LensDrift far = new LensDrift(0.8, 2, 0.1, 1);
    LensBlock drifted = block("layer1.0", 0.2, 0.3, 0.8, 0.5, 0.02, 60, 10, far, 0);
    assertSays(
        of(1_000, 100, far, drifted), Weight.PROBLEM, "in the stem, layer1.0:", "preprocessed");
    assertSays(of(drifted), Weight.PROBLEM, "in layer1.0:", "Re-estimate batch norm on images");
    LensDrift twice = new LensDrift(0.1, 2, 0.7, 1); // ln 2 is 0.693.
    assertSays(
        of(1_000, 100, twice, block("layer1.0")), Weight.PROBLEM, "2.01 times apart", "mean, std");
  }

  @Test
  void dead_channels_are_counted() {
    LensBlock some = block("layer1.0", 0.2, 0.3, 0.8, 0.5, 0.02, 60, 10, NO_DRIFT, 3);
    assertSays(of(some), Weight.NOTE, "3 of 100 channels give nothing", "narrower");
    LensBlock many = block("layer1.1", 0.2, 0.3, 0.8, 0.5, 0.02, 60, 10, NO_DRIFT, 11);
    assertSays(
        of(block("layer1.0"), many),
        Weight.PROBLEM,
        "11 of 200 channels give nothing on any of 1000 images, most in layer1.1 (11 of 100)",
        "warmup");
  }

  @Test
  void branches_that_add_nothing_or_take_all_are_named() {
    LensBlock faint = block("layer1.0", 0.04, 0.04, 0.8, 0.5, 0.02, 60, 10, NO_DRIFT, 0);
    assertSays(of(faint), Weight.NOTE, "in layer1.0: nearly identities", "prune");
    assertSays(of(faint), Weight.NOTE, "Less than 5.0 % of the gradient", "pruning");
    LensBlock blocked = block("layer1.0", 0.4, 0.96, 0.8, 0.5, 0.02, 60, 10, NO_DRIFT, 0);
    assertSays(of(blocked), Weight.PROBLEM, "carries next to nothing", "1603.05027");
  }

  @Test
  void data_that_decide_nothing_are_said_to() {
    assertSays(
        of(1_000, 850, NO_DRIFT, block("layer1.0")),
        Weight.PROBLEM,
        "guessing gets",
        "trained for");
    assertThat(of(1_000, 800, NO_DRIFT, block("layer1.0")))
        .noneMatch(f -> f.what().contains("guessing"));
    assertSays(of(1_000, 0, NO_DRIFT, block("layer1.0")), Weight.NOTE, "too easy", "harder");
    assertSays(
        of(100, 10, NO_DRIFT, block("layer1.0")),
        Weight.NOTE,
        "is 1 points of top-1",
        "more images");
  }

  @Test
  void problems_come_first() {
    LensBlock many = block("layer1.1", 0.04, 0.3, 0.8, 0.5, 0.02, 60, 10, NO_DRIFT, 11);
    assertThat(of(many))
        .extracting(Figure.Finding::weight)
        .containsExactly(Weight.PROBLEM, Weight.NOTE, Weight.GOOD);
  }
}
